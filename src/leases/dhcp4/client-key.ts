/**
 * What a client without a client identifier is known by: its hardware type and address (RFC 2131
 * section 4.2). The same bytes as the identifier that most clients send (RFC 2132 section 9.14), so
 * that a host is one client whether it sends that identifier or none, as a boot ROM does.
 */
export function hardwareKey(htype: number, chaddr: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + chaddr.length);
  key[0] = htype;
  key.set(chaddr, 1);
  return key;
}
