import assert from "node:assert/strict";
import { test } from "node:test";
import { createFloodGuard } from "../../../src/engine/dhcp6/flood.ts";
import { BOB, message } from "../support/dhcp6/messages.ts";

const guard = () => createFloodGuard({ packets: 2, seconds: 10 }, [1, 2]);

test("a client may send so many messages, whatever their type, interface and relays", () => {
  const flood = guard();
  const relays = [{ link: "2001:db8::1" }];
  assert.deepEqual(
    [message("SOLICIT"), message("REQUEST", { relays }), message("RENEW"), message("SOLICIT", { client: BOB })].map((one) =>
      flood.refuses(one, 0),
    ),
    [false, false, true, false],
  );
  assert.equal(flood.refuses(message("RENEW"), 5000), false);
});

test("messages that no client sends, and those that do not say whose they are, are not counted", () => {
  const flood = guard();
  for (let i = 0; i < 5; i++)
    for (const one of [message("LEASEQUERY"), message("REPLY"), message("INFORMATION-REQUEST", { client: null })])
      assert.equal(flood.refuses(one, 0), false);
  assert.equal(flood.refuses(message("SOLICIT"), 0), false);
});
