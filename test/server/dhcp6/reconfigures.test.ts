import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Outbox } from "../../../src/io/transport.ts";
import { Association, clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import { type Lease, LeaseState } from "../../../src/leases/dhcp6/lease.ts";
import type { Destination } from "../../../src/net/destination.ts";
import type { Ipv6 } from "../../../src/net/ipv6.ts";
import { createReconfigures } from "../../../src/server/dhcp6/reconfigures.ts";
import { isSignedReconfigure, readAuthentication } from "../../../src/wire/dhcp6/authentication.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { optionValue } from "../../../src/wire/dhcp6/options.ts";
import { address, prefix } from "../../support/dhcp6-config.ts";

const SERVER = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 99);
const KEY = new Uint8Array(16).fill(7);
const duid = (number: number): Uint8Array => Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, number);

function lease(number: number, iaid: number, reconfigureKey: Uint8Array | undefined = KEY): Lease {
  return {
    address: prefix(`2001:db8:1::${number}:${iaid}`),
    state: LeaseState.bound,
    start: 0,
    expiry: 1000,
    owner: {
      clientKey: clientKeyOf(Association.addresses, iaid, duid(number)),
      preferredLifetime: 1,
      peerAddress: address(`fe80::${number}`),
      relays: undefined,
      interfaceName: new TextEncoder().encode("lan"),
      hardware: undefined,
      hostname: undefined,
      vendorClass: undefined,
      reconfigureKey,
      limitKeys: undefined,
    },
  };
}

/** Reconfigures, and what they send; time is a test's to set. */
function setUp() {
  const time = { uptime: 0, clock: 500, served: true };
  const sent: { readonly message: Message; readonly to: Destination<Ipv6>; readonly kind: number | undefined }[] = [];
  const buffer = new Uint8Array(65_535);
  let waiting: typeof sent = [];
  const outbox: Outbox<Ipv6> = {
    get length() {
      return waiting.length;
    },
    get full() {
      return waiting.length === 2;
    },
    next: () => buffer,
    add(length, to, kind) {
      const decoded = decode(buffer.slice(0, length));
      assert.ok(decoded.ok);
      waiting.push({ message: decoded.message, to, kind });
    },
    send() {
      sent.push(...waiting);
      waiting = [];
    },
    clear() {
      waiting = [];
    },
  };
  const reconfigures = createReconfigures({
    serverIdentifier: SERVER,
    createOutbox: () => outbox,
    interfaceNamed: (name) => (name === "lan" && time.served ? { index: 3, address: address("fe80::99") } : undefined),
    clock: () => time.clock,
    uptime: () => time.uptime,
    random: () => 2 ** 31,
  });
  return { reconfigures, sent, time };
}

const clientsOf = (sent: readonly { readonly message: Message }[]): readonly (number | undefined)[] =>
  sent.map(({ message }) => optionValue(message.options, OptionCode.clientIdentifier)?.at(-1));

suite("clients that are asked to renew", () => {
  test("get one message each, however many leases they have, and are left alone when they answer", () => {
    const { reconfigures, sent, time } = setUp();
    for (const one of [lease(1, 1), lease(1, 2), lease(2, 1), lease(3, 1)]) assert.ok(reconfigures.ask(one));
    assert.equal(reconfigures.waiting, 3);
    reconfigures.send();
    assert.deepEqual(clientsOf(sent), [1, 2, 3]);
    assert.ok(sent.every(({ message, kind }) => isSignedReconfigure(message, KEY) && kind === MessageType.RECONFIGURE));
    assert.deepEqual(sent[0]?.to, {
      address: address("fe80::1"),
      port: 546,
      hardwareAddress: undefined,
      interfaceIndex: 3,
      source: address("fe80::99"),
    });
    reconfigures.answered(duid(2));
    time.uptime = 1999;
    reconfigures.send();
    assert.equal(sent.length, 3);
    time.uptime = 2000;
    reconfigures.send();
    assert.deepEqual(clientsOf(sent.slice(3)), [1, 3]);
  });

  test("are asked by each key that they have: interfaces of one host got theirs apart", () => {
    const { reconfigures, sent, time } = setUp();
    const other = new Uint8Array(16).fill(8);
    for (const one of [lease(1, 1), lease(1, 2, other), lease(1, 3), lease(1, 4, other)]) assert.ok(reconfigures.ask(one));
    assert.equal(reconfigures.waiting, 1);
    const keysOf = (): readonly (readonly boolean[])[] =>
      sent.splice(0).map(({ message }) => [KEY, other].map((key) => isSignedReconfigure(message, key)));
    reconfigures.send();
    const one = [
      [true, false],
      [false, true],
    ];
    assert.deepEqual(keysOf(), one);
    time.uptime = 2000;
    reconfigures.send();
    assert.deepEqual(keysOf(), one);
    reconfigures.answered(duid(1));
    assert.equal(reconfigures.waiting, 0);
  });

  test("are asked eight times and no more", () => {
    const { reconfigures, sent, time } = setUp();
    reconfigures.ask(lease(1, 1));
    for (time.uptime = 0; time.uptime < 600_000; time.uptime += 500) reconfigures.send();
    assert.equal(sent.length, 8);
    assert.equal(reconfigures.waiting, 0);
  });

  test("are not asked if they do not accept it", () => {
    const { reconfigures, sent } = setUp();
    assert.equal(reconfigures.ask({ ...lease(1, 1), owner: { ...lease(1, 1).owner, reconfigureKey: undefined } }), false);
    reconfigures.send();
    assert.deepEqual(sent, []);
  });

  test("get numbers that grow, also within a second and when the clock stands", () => {
    const { reconfigures, sent, time } = setUp();
    for (let i = 1; i <= 5; i++) reconfigures.ask(lease(i, 1));
    reconfigures.send();
    time.clock = 499;
    time.uptime = 2000;
    reconfigures.send();
    const numbers = sent.map(({ message }) => {
      const { replayDetection = new Uint8Array(8) } =
        readAuthentication(optionValue(message.options, OptionCode.authentication) as Uint8Array) ?? {};
      return new DataView(replayDetection.slice().buffer).getBigUint64(0);
    });
    assert.equal(numbers.length, 10);
    for (const [i, one] of numbers.entries()) assert.ok(i === 0 || one > (numbers[i - 1] as bigint));
  });

  test("wait while their interface is gone", () => {
    const { reconfigures, sent, time } = setUp();
    reconfigures.ask(lease(1, 1));
    time.served = false;
    reconfigures.send();
    assert.deepEqual(sent, []);
    time.served = true;
    time.uptime = 2000;
    reconfigures.send();
    assert.deepEqual(clientsOf(sent), [1]);
  });

  test("are asked a hundred at a time", () => {
    const { reconfigures, sent } = setUp();
    for (let i = 0; i < 250; i++) {
      const one = lease(1, 1);
      reconfigures.ask({ ...one, owner: { ...one.owner, clientKey: clientKeyOf(Association.addresses, 1, Uint8Array.of(0, 3, 0, 1, i)) } });
    }
    for (const expected of [100, 200, 250]) {
      reconfigures.send();
      assert.equal(sent.length, expected);
    }
  });
});
