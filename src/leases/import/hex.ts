const COLON = 0x3a;

/**
 * The bytes of `01:02:ab`; undefined: it is anything else, nothing at all too. Lease files have
 * millions of them, so it works without patterns.
 */
export function parseColonHex(text: string): Uint8Array | undefined {
  if (text.length % 3 !== 2) return undefined;
  const bytes = new Uint8Array((text.length + 1) / 3);
  for (let i = 0; i < bytes.length; i++) {
    const high = digitAt(text, 3 * i);
    const low = digitAt(text, 3 * i + 1);
    if (high < 0 || low < 0 || (i > 0 && text.charCodeAt(3 * i - 1) !== COLON)) return undefined;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** The value of a hexadecimal digit; -1: it is none. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
