import { NO_BYTES } from "../../../src/net/bytes.ts";
import { parseMac } from "../../../src/net/mac.ts";
import { type Message, MessageType, Op, type Option } from "../../../src/wire/dhcp4/message.ts";
import { address, addresses, text } from "./config.ts";

/** What tests say of a client's message; all that is left out is as an Ethernet client without address would have it. */
export interface MessageSpec {
  readonly op?: number;
  readonly htype?: number;
  readonly mac?: string;
  readonly hops?: number;
  readonly secs?: number;
  readonly broadcast?: boolean;
  readonly ciaddr?: string;
  readonly giaddr?: string;
  /** Option 50. */
  readonly requested?: string;
  /** Option 54. */
  readonly server?: string;
  /** Option 51. */
  readonly leaseTime?: number;
  /** Option 55; left out: mask, router, DNS, domain name. */
  readonly prl?: readonly number[] | null;
  /** Option 61 */
  readonly id?: string;
  /** Option 82 */
  readonly relay?: Uint8Array;
  readonly hostname?: string;
  /** Option 57 */
  readonly maxSize?: number;
  /** Option 118 */
  readonly subnet?: string;
  readonly more?: readonly Option[];
}

export const XID = 0x01020304;
export const ALICE = "02:00:00:00:00:0a";
export const BOB = "02:00:00:00:00:0b";
export const CAROL = "02:00:00:00:00:0c";

export function mac(value: string): Uint8Array {
  return parseMac(value) ?? NO_BYTES;
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Option 82 made of sub-options. */
export function relayInfo(subOptions: Readonly<Record<number, Uint8Array>>): Uint8Array {
  return Uint8Array.from(Object.entries(subOptions).flatMap(([code, data]) => [Number(code), data.length, ...data]));
}

export function message(type: number | undefined, spec: MessageSpec = {}): Message {
  const chaddr = mac(spec.mac ?? ALICE);
  const options: Option[] = [];
  const add = (code: number, data: Uint8Array | undefined): void => {
    if (data !== undefined) options.push({ code, data });
  };
  if (type !== undefined) add(53, Uint8Array.of(type));
  add(61, spec.id === undefined ? undefined : text(spec.id));
  add(50, spec.requested === undefined ? undefined : addresses(spec.requested));
  add(54, spec.server === undefined ? undefined : addresses(spec.server));
  add(51, spec.leaseTime === undefined ? undefined : u32(spec.leaseTime));
  add(12, spec.hostname === undefined ? undefined : text(spec.hostname));
  add(57, spec.maxSize === undefined ? undefined : Uint8Array.of(spec.maxSize >>> 8, spec.maxSize));
  add(55, spec.prl === null ? undefined : Uint8Array.from(spec.prl ?? [1, 3, 6, 15]));
  add(118, spec.subnet === undefined ? undefined : addresses(spec.subnet));
  options.push(...(spec.more ?? []));
  add(82, spec.relay);
  return {
    op: spec.op ?? Op.request,
    htype: spec.htype ?? 1,
    hlen: chaddr.length,
    hops: spec.hops ?? 0,
    xid: XID,
    secs: spec.secs ?? 0,
    flags: spec.broadcast === true ? 0x8000 : 0,
    ciaddr: address(spec.ciaddr ?? "0.0.0.0"),
    yiaddr: 0,
    siaddr: 0,
    giaddr: address(spec.giaddr ?? "0.0.0.0"),
    chaddr,
    sname: NO_BYTES,
    file: NO_BYTES,
    cookie: true,
    options,
  };
}

export const discover = (spec?: MessageSpec): Message => message(MessageType.DISCOVER, spec);
export const request = (spec?: MessageSpec): Message => message(MessageType.REQUEST, spec);
export const release = (spec?: MessageSpec): Message => message(MessageType.RELEASE, spec);
export const decline = (spec?: MessageSpec): Message => message(MessageType.DECLINE, spec);
export const inform = (spec?: MessageSpec): Message => message(MessageType.INFORM, spec);
