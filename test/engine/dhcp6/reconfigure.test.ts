import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { nextReconfigureAfter, reconfigureOf } from "../../../src/engine/dhcp6/reconfigure.ts";
import { Association, clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../../src/leases/dhcp6/lease.ts";
import { relayRecord } from "../../../src/leases/dhcp6/relays.ts";
import { isSignedReconfigure } from "../../../src/wire/dhcp6/authentication.ts";
import { MessageType } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { address } from "../../support/dhcp6-config.ts";

const CLIENT = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 1);
const SERVER = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 99);
const KEY = new Uint8Array(16).fill(7);
const OWNER: LeaseOwner = {
  clientKey: clientKeyOf(Association.prefixes, 1, CLIENT),
  preferredLifetime: 1,
  peerAddress: address("fe80::1"),
  relays: undefined,
  interfaceName: Uint8Array.of(101),
  hardware: undefined,
  hostname: undefined,
  vendorClass: undefined,
  reconfigureKey: KEY,
  limitKeys: undefined,
};
const PARTS = {
  asked: MessageType.RENEW,
  serverIdentifier: SERVER,
  replayDetection: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9),
  interfaceIndex: 4,
  source: address("fe80::99"),
};

suite("Reconfigure", () => {
  test("goes to the client, signed with its key, and says what to do", () => {
    const made = reconfigureOf(OWNER, PARTS);
    assert.ok(made !== undefined);
    const { message, to } = made;
    assert.deepEqual(to, {
      address: address("fe80::1"),
      port: 546,
      hardwareAddress: undefined,
      interfaceIndex: 4,
      source: address("fe80::99"),
    });
    assert.deepEqual([message.type, message.transactionId, message.relays], [MessageType.RECONFIGURE, 0, []]);
    assert.deepEqual(
      message.options.map(({ code }) => code),
      [OptionCode.serverIdentifier, OptionCode.clientIdentifier, OptionCode.reconfigureMessage, OptionCode.authentication],
    );
    assert.deepEqual(
      message.options.slice(0, 3).map(({ data }) => data),
      [SERVER, CLIENT, Uint8Array.of(MessageType.RENEW)],
    );
    assert.ok(isSignedReconfigure(message, KEY));
    assert.ok(!isSignedReconfigure(message, new Uint8Array(16).fill(8)));
  });

  test("goes back through the relays that the client was heard through", () => {
    const interfaceId = { code: OptionCode.interfaceId, data: Uint8Array.of(101) };
    const remoteId = { code: OptionCode.remoteId, data: Uint8Array.of(0, 0, 0, 9, 7) };
    const relay = { hopCount: 0, linkAddress: address("2001:db8::1"), peerAddress: address("fe80::1") };
    const relays = relayRecord([{ ...relay, options: [interfaceId, remoteId] }]);
    const made = reconfigureOf({ ...OWNER, peerAddress: address("2001:db8::7"), relays }, PARTS);
    assert.ok(made !== undefined);
    assert.deepEqual(made.to, {
      address: address("2001:db8::7"),
      port: 547,
      hardwareAddress: undefined,
      interfaceIndex: 0,
      source: address("::"),
    });
    assert.deepEqual(made.message.relays, [{ ...relay, options: [interfaceId] }]);
    assert.ok(isSignedReconfigure(made.message, KEY));
  });

  test("leaves by the interface of a relay that is known by a link-local address", () => {
    const relays = relayRecord([{ hopCount: 0, linkAddress: address("::"), peerAddress: address("fe80::1"), options: [] }]);
    const made = reconfigureOf({ ...OWNER, peerAddress: address("fe80::7"), relays }, PARTS);
    assert.deepEqual(made?.to, {
      address: address("fe80::7"),
      port: 547,
      hardwareAddress: undefined,
      interfaceIndex: 4,
      source: address("fe80::99"),
    });
  });

  test("goes to nobody who did not accept it", () => {
    assert.equal(reconfigureOf({ ...OWNER, reconfigureKey: undefined }, PARTS), undefined);
    assert.equal(reconfigureOf({ ...OWNER, peerAddress: undefined }, PARTS), undefined);
  });

  test("is sent eight times, each after twice the time", () => {
    assert.deepEqual(
      [1, 2, 3, 7, 8, 9].map((tries) => nextReconfigureAfter(tries, 0)),
      [2000, 4000, 8000, 128_000, undefined, undefined],
    );
    assert.equal(nextReconfigureAfter(1, 0.1), 2200);
  });
});
