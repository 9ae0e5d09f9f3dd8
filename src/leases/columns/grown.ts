/** The numbers of `old` at the beginning of `larger`, whose other elements are as they were. */
export function grown<T extends Int32Array | Uint32Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
