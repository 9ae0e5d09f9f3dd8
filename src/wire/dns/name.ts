import { parseDomainName } from "../values/domain-name.ts";

/*
 * Names as text are whole, in small letters and without a dot at their end; "" is the root. A dot
 * in a label is `\.`, a byte that is no printable ASCII `\DDD` (RFC 1035 section 5.1).
 */

const BACKSLASH = 92;
const IPV4_SUFFIX = "in-addr.arpa";
const IPV6_SUFFIX = "ip6.arpa";

/** Label types from 64 to 191 are none (RFC 6891 section 5): no server takes this as a name. */
const NO_NAME = 0x40;

/** Whether it is a name that fits into a message: labels of up to 63 bytes, 255 in all. */
export function isName(name: string): boolean {
  return typeof parseDomainName(name) !== "string";
}

/**
 * A name in the form of RFC 1035 section 3.1, uncompressed and in small letters, which is the
 * canonical form of RFC 4034 section 6.2. What `isName` does not hold for gives a byte that no
 * server takes as a name: a message with it is refused as a whole.
 */
export function wireOfName(name: string): Uint8Array {
  const labels = parseDomainName(name);
  if (typeof labels === "string") return Uint8Array.of(NO_NAME);
  const bytes = new Uint8Array(labels.reduce((sum, label) => sum + 1 + label.length, 1));
  let at = 0;
  for (const label of labels) {
    bytes[at] = label.length;
    bytes.set(label, at + 1);
    at += 1 + label.length;
  }
  foldCase(bytes);
  return bytes;
}

/**
 * Makes capitals small (RFC 4343), in place. It may be a whole name: no length byte is a letter.
 */
export function foldCase(name: Uint8Array): void {
  for (let i = 0; i < name.length; i++) {
    const byte = name[i] as number;
    if (byte >= 65 && byte <= 90) name[i] = byte + 32;
  }
}

/** Whether a name is this zone or below it. All names are within the root, "". */
export function isWithin(name: string, zone: string): boolean {
  if (zone === "" || name === zone) return true;
  if (!name.endsWith(zone) || name[name.length - zone.length - 1] !== ".") return false;
  // A dot behind an odd number of backslashes is part of a label.
  let backslashes = 0;
  while (name.charCodeAt(name.length - zone.length - 2 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 0;
}

/** Whether a name is one of addresses, or a zone of such names. */
export function isReverseName(name: string): boolean {
  return isWithin(name, IPV4_SUFFIX) || isWithin(name, IPV6_SUFFIX);
}

/**
 * The name that leads from an address to that of its host: of 4 bytes in in-addr.arpa (RFC 1035
 * section 3.5), of 16 in ip6.arpa (RFC 3596 section 2.5).
 */
export function reverseName(address: Uint8Array): string {
  return address.length === 4 ? reverseZone(address, 32) : reverseZone(address, 128);
}

/** The address that `reverseName` makes this name of; undefined: it is the name of none. */
export function addressOfReverseName(name: string): Uint8Array | undefined {
  const labels = name.split(".");
  const suffix = labels.splice(-2).join(".");
  labels.reverse();
  if (suffix === IPV4_SUFFIX && labels.length === 4) {
    const bytes = labels.map(Number);
    return labels.every((label, i) => /^(?:0|[1-9]\d{0,2})$/.test(label) && (bytes[i] as number) < 256)
      ? Uint8Array.from(bytes)
      : undefined;
  }
  if (suffix !== IPV6_SUFFIX || labels.length !== 32 || !labels.every((label) => /^[0-9a-f]$/.test(label))) return undefined;
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(`${labels[2 * i]}${labels[2 * i + 1]}`, 16));
}

/**
 * The reverse zones that a prefix is made of: such as end where a label does, at 8 or 4 bits. A
 * prefix between two of these has several (two of a /23, in its /24s); one that would have zones of
 * single addresses only has the zone around it (of a /25 its /24). `address`: 4 or 16 bytes, of
 * which those behind `length` bits do not matter.
 */
export function reverseZonesOf(address: Uint8Array, length: number): string[] {
  const bits = address.length * 8;
  const step = address.length === 4 ? 8 : 4;
  const up = Math.ceil(length / step) * step;
  if (up === length) return [reverseZone(address, length)];
  if (up === bits) return [reverseZone(address, bits - step)];
  const first = address.slice();
  const at = Math.floor((up - 1) / 8);
  // The last label of the zones is the upper half of a byte, or all that is left of it.
  const unit = 1 << (7 - ((up - 1) % 8));
  const count = 1 << (up - length);
  const byte = first[at] as number;
  const start = byte - (byte % (count * unit));
  return Array.from({ length: count }, (_, i) => {
    first[at] = start + i * unit;
    return reverseZone(first, up);
  });
}

/** The reverse zone of a prefix that ends where a label does. */
function reverseZone(address: Uint8Array, length: number): string {
  const labels: string[] = [];
  if (address.length === 4) {
    for (let i = length / 8 - 1; i >= 0; i--) labels.push(String(address[i]));
    return [...labels, IPV4_SUFFIX].join(".");
  }
  for (let i = length / 4 - 1; i >= 0; i--) {
    const byte = address[i >>> 1] as number;
    labels.push((i % 2 === 0 ? byte >>> 4 : byte & 15).toString(16));
  }
  return [...labels, IPV6_SUFFIX].join(".");
}
