import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymous, anonymousClient } from "../../../src/client/dhcp4/anonymity.ts";
import { discover, requestInitReboot } from "../../../src/client/dhcp4/messages.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { createRandom } from "../../support/random.ts";

const MAC = Uint8Array.of(2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee);

function sent(message: Message, seed: number): readonly (readonly [number, string])[] {
  const random = createRandom(seed);
  const decoded = decode(encodeMessage(anonymous(message, () => random.next() / 2 ** 32)));
  assert.ok(decoded.ok);
  return decoded.message.options.map(({ code, data }) => [code, toHex(data)] as const);
}

test("a DISCOVER in anonymity says the type, the hardware address as identifier and what it must ask for, no more (RFC 7844 section 3)", () => {
  const message = discover(anonymousClient(MAC), { xid: 1, secs: 0 }, { requestedAddress: 0x0a000005 });
  const orders = new Set<string>();
  const lists = new Set<string>();
  for (let seed = 0; seed < 50; seed++) {
    const options = sent(message, seed);
    const byCode = new Map(options);
    assert.deepEqual(
      [...byCode.keys()].sort((a, b) => a - b),
      [53, 55, 61],
    );
    assert.deepEqual([byCode.get(53), byCode.get(61)], ["01", `01${toHex(MAC)}`]);
    const list = byCode.get(55) ?? "";
    assert.deepEqual(list.match(/../g)?.sort(), ["01", "03", "06", "0f", "79"]);
    orders.add(options.map(([code]) => code).join());
    lists.add(list);
  }
  assert.ok(orders.size > 3, "options in random order");
  assert.ok(lists.size > 10, "codes in random order");
});

test("a REQUEST keeps the address that it is about", () => {
  const message = requestInitReboot(anonymousClient(MAC), { xid: 1, secs: 0 }, 0x0a000005);
  assert.equal(new Map(sent(message, 1)).get(50), "0a000005");
});
