/** Messages and bytes for the tests of the codec. */

import fc from "fast-check";
import type { Message, Option } from "../../../src/wire/dhcp4/message.ts";

/** Bytes from lines of decimal or 0x numbers, with comments behind `//`. */
export function annotated(text: string): number[] {
  return text
    .replace(/\/\/.*$/gm, "")
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .map((word) => Number(word));
}

/** A message of `length` bytes, at least the fixed fields, with a cookie and these options. */
export function rawMessage(options: readonly number[], fields: { readonly [offset: number]: readonly number[] } = {}): Uint8Array {
  const bytes = new Uint8Array(240 + options.length);
  bytes.set([1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
  bytes.set([0x02, 0, 0, 0, 0, 0x10], 28);
  bytes.set([99, 130, 83, 99], 236);
  bytes.set(options, 240);
  for (const [offset, value] of Object.entries(fields)) bytes.set(value, Number(offset));
  return bytes;
}

export function message(options: readonly Option[], fields: Partial<Message> = {}): Message {
  return {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 0xdeadbeef,
    secs: 0,
    flags: 0,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr: Uint8Array.of(2, 0, 0, 0, 0, 0x10),
    sname: new Uint8Array(0),
    file: new Uint8Array(0),
    cookie: true,
    options,
    ...fields,
  };
}

export function option(code: number, ...data: number[]): Option {
  return { code, data: Uint8Array.from(data) };
}

export function filled(code: number, length: number): Option {
  return { code, data: Uint8Array.from({ length }, (_, i) => (i * 7 + code) & 255) };
}

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const withoutNul = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ min: 1, maxLength });

/** Any code but Pad, Overload and End. */
const code = fc.integer({ min: 1, max: 254 }).filter((value) => value !== 52);

export const anyOption: fc.Arbitrary<Option> = fc.record({
  code,
  data: fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 30 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 250, maxLength: 600 }) },
  ),
});

export const anyMessage: fc.Arbitrary<Message> = fc
  .record({
    op: u8,
    htype: u8,
    hops: u8,
    xid: u32,
    secs: u16,
    flags: u16,
    ciaddr: u32,
    yiaddr: u32,
    siaddr: u32,
    giaddr: u32,
    chaddr: fc.uint8Array({ maxLength: 16 }),
    sname: withoutNul(64),
    file: withoutNul(128),
    cookie: fc.boolean(),
    options: fc.array(anyOption, { maxLength: 20 }),
  })
  .map((fields) => ({ ...fields, hlen: fields.chaddr.length, options: fields.cookie ? fields.options : [] }));
