import { checksum } from "./checksum.ts";

export const ICMP_HEADER_LENGTH = 8;
/** Types of ICMP messages. */
export const IcmpType = { echoReply: 0, echoRequest: 8 } as const;

/** An ICMP echo request or reply (RFC 792). */
export interface IcmpEcho {
  readonly type: number;
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Uint8Array;
}

/**
 * Writes an echo request or reply with its checksum at `offset` and returns its length (RFC 792).
 */
export function writeIcmpEcho(into: Uint8Array, offset: number, echo: IcmpEcho): number {
  const end = offset + ICMP_HEADER_LENGTH + echo.data.length;
  into[offset] = echo.type;
  into[offset + 1] = 0;
  into[offset + 2] = 0;
  into[offset + 3] = 0;
  into[offset + 4] = echo.identifier >>> 8;
  into[offset + 5] = echo.identifier;
  into[offset + 6] = echo.sequence >>> 8;
  into[offset + 7] = echo.sequence;
  into.set(echo.data, offset + ICMP_HEADER_LENGTH);
  const sum = checksum(into, offset, end);
  into[offset + 2] = sum >>> 8;
  into[offset + 3] = sum;
  return end - offset;
}

/**
 * Parses an echo request or reply; undefined for other messages and for a wrong checksum. `data` is
 * a view.
 */
export function parseIcmpEcho(bytes: Uint8Array, offset: number, end: number = bytes.length): IcmpEcho | undefined {
  const limit = Math.min(end, bytes.length);
  if (offset + ICMP_HEADER_LENGTH > limit) return undefined;
  const type = bytes[offset] as number;
  if ((type !== IcmpType.echoRequest && type !== IcmpType.echoReply) || bytes[offset + 1] !== 0) return undefined;
  if (checksum(bytes, offset, limit) !== 0) return undefined;
  return {
    type,
    identifier: ((bytes[offset + 4] as number) << 8) | (bytes[offset + 5] as number),
    sequence: ((bytes[offset + 6] as number) << 8) | (bytes[offset + 7] as number),
    data: bytes.subarray(offset + ICMP_HEADER_LENGTH, limit),
  };
}
