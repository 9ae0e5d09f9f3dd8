import assert from "node:assert/strict";
import { test } from "node:test";
import { anonymous, anonymousClient } from "../../../src/client/dhcp6/anonymity.ts";
import { solicit } from "../../../src/client/dhcp6/messages.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { createRandom } from "../../support/random.ts";

test("a SOLICIT in anonymity has a DUID of the hardware address and asks for name servers, in random order (RFC 7844 section 4)", () => {
  const mac = Uint8Array.of(2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee);
  const message = solicit(anonymousClient(mac), { transactionId: 1, elapsed: 0 });
  const orders = new Set<string>();
  const lists = new Set<string>();
  for (let seed = 0; seed < 50; seed++) {
    const random = createRandom(seed);
    const { options } = anonymous(message, () => random.next() / 2 ** 32);
    const byCode = new Map(options.map(({ code, data }) => [code, toHex(data)]));
    assert.deepEqual(
      [...byCode.keys()].sort((a, b) => a - b),
      [1, 3, 6, 8],
    );
    assert.equal(byCode.get(1), `00030001${toHex(mac)}`);
    // SOL_MAX_RT must be asked for (RFC 8415 section 21.24).
    assert.deepEqual(byCode.get(6)?.match(/..../g)?.sort(), ["0017", "0018", "0052"]);
    orders.add([...byCode.keys()].join());
    lists.add(byCode.get(6) ?? "");
  }
  assert.ok(orders.size > 5);
  assert.ok(lists.size > 2);
});
