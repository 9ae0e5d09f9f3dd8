import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  bootpRequest,
  type ClientSettings,
  decline,
  discover,
  ethernetClient,
  inform,
  release,
  requestExtension,
  requestSelecting,
} from "../../../src/client/dhcp4/messages.ts";
import { createFloodGuard } from "../../../src/engine/dhcp4/flood.ts";
import { type Message, Op } from "../../../src/wire/dhcp4/message.ts";

const transaction = { xid: 7, secs: 0 };
const lease = { address: 0x0a00000a, serverIdentifier: 0x0a000001 };
const clientOf = (last: number, identifier?: Uint8Array): ClientSettings => {
  const settings = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, last));
  return identifier === undefined ? settings : { ...settings, clientIdentifier: identifier };
};
const one = clientOf(1);
const withIdentifier = (last: number, text: string): ClientSettings => clientOf(last, new TextEncoder().encode(text));

/** Which of the messages, all sent at once, are refused where a client may send two. */
function refused(messages: readonly Message[], chaddrOnly = false): boolean[] {
  const guard = createFloodGuard({ packets: 2, seconds: 5 }, chaddrOnly, [1, 2]);
  return messages.map((message) => guard.refuses(message, 1000));
}

describe("flood protection", () => {
  for (const [name, message] of [
    ["DISCOVER", discover(one, transaction)],
    ["REQUEST", requestSelecting(one, transaction, lease)],
    ["REQUEST of a renewal", requestExtension(one, transaction, lease.address)],
    ["RELEASE", release(one, 7, lease)],
    ["DECLINE", decline(one, 7, lease)],
    ["INFORM", inform(one, transaction, lease.address)],
    ["BOOTP request", bootpRequest(one, transaction)],
  ] as const) {
    test(`limits a flood of ${name}s`, () => {
      assert.deepEqual(refused([message, message, message, message]), [false, false, true, true]);
    });
  }

  test("counts all types together", () => {
    const mixed = [discover(one, transaction), release(one, 7, lease), inform(one, transaction, lease.address)];
    assert.deepEqual(refused(mixed), [false, false, true]);
  });

  test("knows a client by its identifier, else by its hardware address", () => {
    const [a, b] = [withIdentifier(1, "aa"), withIdentifier(1, "bb")];
    const messages = [a, a, b, b, a, withIdentifier(2, "aa")].map((client) => discover(client, transaction));
    assert.deepEqual(refused(messages), [false, false, false, false, true, true]);
    const twins = [1, 1, 2, 2, 1].map((last) => bootpRequest(clientOf(last), transaction));
    assert.deepEqual(refused(twins), [false, false, false, false, true]);
  });

  test("knows a client by its hardware address whose identifier has fewer than two bytes (RFC 2132 section 9.14)", () => {
    const messages = ["a", "", "a", "b"].map((text) => discover(withIdentifier(1, text), transaction));
    assert.deepEqual(refused([...messages, discover(withIdentifier(2, "a"), transaction)]), [false, false, true, true, false]);
  });

  test("knows a client that identifies itself by its hardware address with and without option 61", () => {
    const identified = clientOf(1, Uint8Array.of(1, 2, 0, 0, 0, 0, 1));
    const messages = [discover(identified, transaction), bootpRequest(one, transaction), discover(identified, transaction)];
    assert.deepEqual(refused(messages), [false, false, true]);
  });

  test("with chaddr_only does not look at the identifier", () => {
    const messages = ["a", "b", "c"].map((text) => discover(withIdentifier(1, text), transaction));
    assert.deepEqual(refused(messages, true), [false, false, true]);
  });

  test("does not hold against a client what others ask about it (RFC 4388)", () => {
    const asked = discover(one, transaction);
    const query = {
      ...asked,
      options: asked.options.map((option) => (option.code === 53 ? { code: 53, data: Uint8Array.of(10) } : option)),
    };
    assert.deepEqual(refused([query, query, query, asked, asked, asked]), [false, false, false, false, false, true]);
  });

  test("does not hold against a client what a server or a relay sends to it, nor anything against nobody", () => {
    const reply = { ...discover(one, transaction), op: Op.reply };
    assert.deepEqual(refused([reply, reply, reply, discover(one, transaction)]), [false, false, false, false]);
    const nobody = { ...bootpRequest(one, transaction), chaddr: new Uint8Array(6) };
    assert.deepEqual(refused([nobody, nobody, nobody]), [false, false, false]);
  });
});
