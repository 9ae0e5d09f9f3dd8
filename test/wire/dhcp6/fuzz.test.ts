import assert from "node:assert/strict";
import { test } from "node:test";
import { isSignedReconfigure, reconfigureKeyOf } from "../../../src/wire/dhcp6/authentication.ts";
import { readUserClasses, vendorClasses, vendorInformation } from "../../../src/wire/dhcp6/class-options.ts";
import { readClientFqdn } from "../../../src/wire/dhcp6/client-fqdn.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encode, encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { formatMessage } from "../../../src/wire/dhcp6/format.ts";
import {
  iaAddressOption,
  iaOption,
  iaPrefixOption,
  readIaAddress,
  readIaNa,
  readIaPrefix,
  readIaTa,
  statusOf,
} from "../../../src/wire/dhcp6/identity-association.ts";
import { readLqQuery } from "../../../src/wire/dhcp6/leasequery.ts";
import type { Message, Option } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { requestedOptions } from "../../../src/wire/dhcp6/options.ts";
import { readPdExclude } from "../../../src/wire/dhcp6/pd-exclude.ts";
import { peekMessageType } from "../../../src/wire/dhcp6/peek.ts";
import { createRandom } from "../../support/random.ts";
import { address, message, option, prefix, relay } from "./arbitrary.ts";

const SOLICIT = message([
  option(1, "00030001020000000010"),
  option(6, "0017 0018 0052"),
  option(8, "0000"),
  iaOption(OptionCode.iaNa, 7, 0, 0, [iaAddressOption(address("2001:db8::1"), 3, 4)]),
  iaOption(OptionCode.iaPd, 7, 0, 0, [iaPrefixOption(prefix("2001:db8::/56"), 3, 4, [option(67, "4001")])]),
  option(15, "0001 61"),
  option(16, "0000118b 0002 6162"),
  option(17, "0000118b 0001 0001 07"),
  option(39, "01 027063036e657400"),
]);
const SEEDS = [
  SOLICIT,
  message(SOLICIT.options, { relays: [relay(0, [option(18, "65746830"), option(37, "00000009 61")])] }),
  message(SOLICIT.options, { relays: [relay(1), relay(0, [option(79, "0001 020000000010")])] }),
  message([], { relays: Array.from({ length: 20 }, (_, i) => relay(19 - i, [option(18, "61")])) }),
  message([option(11, `0301000000000000000001 02 ${"00".repeat(16)}`), option(44, `02 ${"00".repeat(16)} 0001 0003 000301`)], { type: 10 }),
].map(encodeMessage);

/** Bytes that mean something in some place. */
const TELLING = [0, 1, 3, 4, 5, 6, 9, 12, 13, 25, 26, 34, 38, 64, 127, 128, 192, 255];

/** Everything that a server or client reads out of a message. */
function readAll({ options, relays }: Message): void {
  requestedOptions(options);
  vendorClasses(options);
  vendorInformation(options);
  reconfigureKeyOf(options);
  for (const { code, data } of [...options, ...relays.flatMap((one) => one.options)] as readonly Option[]) {
    readUserClasses(data);
    readClientFqdn(data);
    readLqQuery(data);
    readIaTa(data);
    if (code !== OptionCode.iaNa && code !== OptionCode.iaPd) continue;
    const inner = readIaNa(data)?.options ?? [];
    statusOf(inner);
    for (const lease of inner) {
      readIaAddress(lease.data);
      const delegated = readIaPrefix(lease.data);
      if (delegated !== undefined) for (const excluded of delegated.options) readPdExclude(excluded.data, delegated.prefix);
    }
  }
}

test("100,000 mutated messages are decoded, read, shown and encoded again without an exception or a change of what was there", () => {
  const { below, pick } = createRandom(8415);
  const key = new Uint8Array(16);
  const buffer = new Uint8Array(2048);
  const into = new Uint8Array(4096);
  let usable = 0;
  for (let run = 0; run < 100_000; run++) {
    const seed = SEEDS[run % SEEDS.length] as Uint8Array;
    buffer.set(seed);
    let length = seed.length;
    for (let i = below(6); i >= 0; i--) {
      const at = below(length);
      buffer[at] = below(2) === 0 ? pick(TELLING) : below(256);
    }
    if (below(8) === 0) length = below(length + 1);

    const peeked = peekMessageType(buffer, length);
    const result = decode(buffer, length);
    if (!result.ok) continue;
    usable++;
    const decoded = result.message;
    assert.ok(peeked === undefined || peeked === decoded.type, `run ${run}`);
    readAll(decoded);
    // These cost more than the rest together, so not every time.
    if (run % 20 === 0) {
      formatMessage(decoded);
      isSignedReconfigure(decoded, key);
    }
    const again = decode(into, encode(decoded, into, into.length));
    assert.deepEqual(again, { ok: true, message: decoded, problems: [] }, `run ${run}`);
  }
  assert.ok(usable > 50_000, `${usable} were usable`);
});
