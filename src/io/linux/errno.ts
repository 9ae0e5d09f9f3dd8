/** Second names of numbers that have two on Linux, where errno(3) prefers the other one. */
const SECOND_NAMES: readonly string[] = ["EWOULDBLOCK", "EDEADLOCK", "ENOTSUP"];

/** What of koffi is needed for it. */
type Errno = Pick<typeof import("koffi"), "errno" | "os">;

/** What tells the name of the last error of the calling thread, as `EAGAIN`. */
export function errnoOf(koffi: Errno): () => string {
  const names = new Map<number, string>();
  for (const [name, number] of Object.entries(koffi.os.errno)) if (!SECOND_NAMES.includes(name)) names.set(number, name);
  return () => {
    const number = koffi.errno();
    return names.get(number) ?? `errno ${number}`;
  };
}
