import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { mirroredRelays } from "../../../src/engine/dhcp6/relays.ts";
import type { Option } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { optionRequest } from "../../../src/wire/dhcp6/options.ts";
import { address } from "../../support/dhcp6-config.ts";

const option = (code: number, ...data: number[]): Option => ({ code, data: Uint8Array.from(data) });
const echo = (...codes: number[]): Option => ({ code: OptionCode.echoRequest, data: optionRequest(codes).data });
const interfaceId = option(OptionCode.interfaceId, 1, 2);
const remoteId = option(OptionCode.remoteId, 0, 0, 0, 9, 7);
const sourcePort = option(OptionCode.relaySourcePort, 0, 0);
const subscriberId = option(OptionCode.subscriberId, 5);

suite("the relays of an answer", () => {
  for (const [what, sent, back] of [
    ["nothing", [], []],
    ["its Interface-Id, and not its Remote-Id", [remoteId, interfaceId], [interfaceId]],
    ["its source port", [sourcePort, interfaceId], [sourcePort, interfaceId]],
    ["what it asks for", [remoteId, subscriberId, echo(OptionCode.remoteId)], [remoteId]],
    ["not the question itself", [echo(OptionCode.echoRequest, OptionCode.subscriberId), subscriberId], [subscriberId]],
    ["nothing that it did not send", [echo(OptionCode.remoteId)], []],
  ] as const) {
    test(`a relay has back ${what}`, () => {
      const relay = { hopCount: 3, linkAddress: address("2001:db8::1"), peerAddress: address("fe80::2") };
      assert.deepEqual(mirroredRelays([{ ...relay, options: sent }]), [{ ...relay, options: back }]);
    });
  }

  test("are in the order of those that the message came through", () => {
    const relays = [1, 0].map((hopCount) => ({
      hopCount,
      linkAddress: address("::"),
      peerAddress: address("fe80::2"),
      options: [interfaceId],
    }));
    assert.deepEqual(mirroredRelays(relays), relays);
    assert.deepEqual(mirroredRelays([]), []);
  });
});
