import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { emptyAnswer, readAnswer } from "../../../../src/cli/bench/dhcp6/answer.ts";
import { createLeaseSet } from "../../../../src/cli/bench/dhcp6/lease-set.ts";
import { createDhcp6Messages, makeTransactionId } from "../../../../src/cli/bench/dhcp6/messages.ts";
import { createPackets, leaseSize, type PacketSettings } from "../../../../src/cli/bench/dhcp6/packets.ts";
import { type Counts, createLoad, type Load } from "../../../../src/cli/bench/load.ts";
import { Phase } from "../../../../src/cli/bench/messages.ts";
import { readAssociations } from "../../../../src/client/dhcp6/index.ts";
import type { Datagram, Outbox } from "../../../../src/io/transport.ts";
import { formatDuid } from "../../../../src/net/duid.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "../../../../src/net/ipv6.ts";
import { formatIpv6Prefix, parseIpv6Prefix } from "../../../../src/net/ipv6-prefix.ts";
import { decode } from "../../../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../../src/wire/dhcp6/encode.ts";
import {
  iaAddressOption,
  iaOption,
  readIaAddress,
  readIaNa,
  readIaPrefix,
  statusOption,
} from "../../../../src/wire/dhcp6/identity-association.ts";
import { type Message, MessageType } from "../../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../../src/wire/dhcp6/option-code.ts";
import { optionValue, requestedOptions } from "../../../../src/wire/dhcp6/options.ts";
import { StatusCode } from "../../../../src/wire/dhcp6/status-code.ts";
import { answer, refusing, SERVER_DUID, type Twist } from "../../../support/dhcp6-responder.ts";

const RELAY = parseIpv6("2001:db8::1") as Ipv6;
const SETTINGS: PacketSettings = { linkAddress: RELAY, firstClient: 0x01020300, optionRequest: [23, 24], prefixes: true };

/** Length and prefix, as they stand in an IA Prefix option, behind an address. */
function leaseBytes(address: string, prefix?: string): Uint8Array {
  const [length = 0, ...bytes] = prefix === undefined ? [] : [...(parseIpv6Prefix(prefix) as Uint8Array)].toReversed();
  return Uint8Array.of(...(parseIpv6(address) as Ipv6), ...(prefix === undefined ? [] : [length, ...bytes.toReversed()]));
}

test("packets: what is patched in place decodes to the message meant, through a relay and without", () => {
  const buffer = new Uint8Array(1500).fill(0xee);
  const describe = (length: number): string => {
    const result = decode(buffer, length);
    assert.ok(result.ok && result.problems.length === 0);
    const { type, transactionId, options, relays } = result.message;
    const duid = (code: number): string => formatDuid(optionValue(options, code) ?? new Uint8Array(0));
    const leases = options.flatMap(({ code, data }) => {
      if (code !== OptionCode.iaNa && code !== OptionCode.iaPd) return [];
      const { iaid, options: inside } = readIaNa(data) ?? { iaid: 0, options: [] };
      const values = inside.map((option) =>
        option.code === OptionCode.iaAddress
          ? formatIpv6(readIaAddress(option.data)?.address as Ipv6)
          : formatIpv6Prefix(readIaPrefix(option.data)?.prefix as Uint8Array),
      );
      return [`${code}/${iaid}[${values.join()}]`];
    });
    const through = relays.map(
      ({ hopCount, linkAddress, peerAddress }) => `${hopCount} ${formatIpv6(linkAddress)} ${formatIpv6(peerAddress)}`,
    );
    return [type, transactionId, duid(1), duid(2), ...leases, requestedOptions(options), ...through].join(" ");
  };
  const table: readonly [settings: PacketSettings, lease: Uint8Array, has: readonly [asked: string, wanted: string], through: string][] = [
    [
      SETTINGS,
      leaseBytes("2001:db8::5", "2001:db8:5::/56"),
      ["3/1[] 25/1[]", "3/1[2001:db8::5] 25/1[2001:db8:5::/56]"],
      " 0 2001:db8::1 fe80::1ff:fe02:307",
    ],
    [{ ...SETTINGS, prefixes: false, linkAddress: undefined }, leaseBytes("2001:db8::5"), ["3/1[]", "3/1[2001:db8::5]"], ""],
  ];
  for (const [settings, lease, [asked, wanted], through] of table) {
    const packets = createPackets(settings);
    assert.equal(lease.length, leaseSize(settings));
    const client = "00:03:00:01:02:00:01:02:03:07";
    assert.equal(describe(packets.solicit(buffer, 7, 11)), `1 11 ${client}  ${asked} 23,24,82${through}`);
    for (const server of [SERVER_DUID, Uint8Array.of(0, 2, 9), new Uint8Array(130).fill(7)]) {
      const named = `${client} ${formatDuid(server)} ${wanted} 23,24,82${through}`;
      assert.equal(describe(packets.request(buffer, 7, 0xabcdef, lease, server)), `3 11259375 ${named}`);
      assert.equal(describe(packets.renew(buffer, 7, 12, lease, server)), `5 12 ${named}`);
    }
  }
});

test("answers are read as the decoder reads them, through relays too, and mutated bytes never throw", () => {
  const buffer = new Uint8Array(1500);
  const request = decode(buffer, createPackets(SETTINGS).solicit(buffer, 7, 11));
  assert.ok(request.ok);
  const reply = answer(request.message) as Message;
  for (const relays of [[], reply.relays, [...reply.relays, ...reply.relays]]) {
    const bytes = encodeMessage({ ...reply, relays });
    const read = emptyAnswer();
    assert.equal(readAnswer(bytes, bytes.length, read), true);
    const { type, transactionId, hardwareAddress, server, serverLength, address, prefix, failed } = read;
    assert.deepEqual([type, transactionId, hardwareAddress, failed], [MessageType.ADVERTISE, 11, 0x01020307, false]);
    assert.deepEqual(bytes.slice(server, server + serverLength), SERVER_DUID);
    const [first, second] = readAssociations(reply).map(({ leases }) => leases[0]?.prefix as Uint8Array);
    assert.deepEqual(bytes.slice(address, address + 16), first?.slice(0, 16));
    assert.deepEqual([bytes[prefix], ...bytes.slice(prefix + 1, prefix + 17)], [second?.[16], ...(second?.slice(0, 16) ?? [])]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(bytes.length), (changes, length) => {
        const mutated = bytes.slice();
        for (const [at, value] of changes) mutated[at] = value;
        const wasRead = readAnswer(mutated, length, read);
        const decoded = decode(mutated, length);
        if (!wasRead || !decoded.ok) return;
        assert.deepEqual([read.type, read.transactionId], [decoded.message.type, decoded.message.transactionId]);
        if (read.address >= 0) assert.ok(read.address + 16 <= length);
        if (read.prefix >= 0) assert.ok(read.prefix + 17 <= length);
        if (read.server >= 0) assert.ok(read.server + read.serverLength <= length);
      }),
    );
  }
});

test("transaction ids: 24 bits that tell a client's phases and exchanges apart", () => {
  const ids = new Set<number>();
  for (const client of [0, 1, 0xffff])
    for (const phase of Object.values(Phase)) for (const sequence of [0, 1, 63]) ids.add(makeTransactionId(client, phase, sequence));
  assert.equal(ids.size, 27);
  assert.ok([...ids].every((id) => id >= 0 && id <= 0xffffff));
  assert.equal(makeTransactionId(5, Phase.renewal, 64), makeTransactionId(5, Phase.renewal, 0));
});

test("lease set: says who has the same, whatever was added and removed", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(3), fc.boolean()), { maxLength: 60 }), (steps) => {
      const leases = new Uint8Array(10 * 3);
      const set = createLeaseSet(leases, 3, 1, 2, 10);
      const has = new Map<number, number>();
      for (const [client, value, adds] of steps) {
        if (has.has(client)) {
          if (!adds) {
            set.remove(client);
            has.delete(client);
          } else assert.equal(set.add(client), true, "its own again");
        } else if (adds) {
          leases.fill(value, client * 3, client * 3 + 3);
          const taken = [...has.values()].includes(value);
          assert.equal(set.add(client), !taken);
          if (!taken) has.set(client, value);
        }
      }
    }),
  );
});

/** A load whose messages a responder in this process answers when told to. */
function createBench(
  clients: number,
  settings: PacketSettings = SETTINGS,
): { load: Load<Ipv6>; sent: Uint8Array[]; exchange(now: number, twist?: Twist): void } {
  const sent: Uint8Array[] = [];
  const buffer = new Uint8Array(1500);
  const outbox: Outbox<Ipv6> = {
    length: 0,
    full: false,
    next: () => buffer,
    add: (length) => void sent.push(buffer.slice(0, length)),
    send: () => {},
    clear: () => {},
  };
  const destination = { address: RELAY, port: 547, hardwareAddress: undefined, interfaceIndex: 0, source: IPV6_UNSPECIFIED };
  const load = createLoad({ clients, messages: createDhcp6Messages(settings, clients), destination, outbox });
  return {
    load,
    sent,
    exchange(now, twist = (reply) => reply) {
      const datagrams = sent.splice(0).flatMap((bytes): Datagram<Ipv6>[] => {
        const request = decode(bytes);
        assert.ok(request.ok);
        const reply = answer(request.message);
        const twisted = reply === undefined ? undefined : twist(reply, request.message);
        if (twisted === undefined) return [];
        const encoded = encodeMessage(twisted);
        return [
          { bytes: encoded, length: encoded.length, source: RELAY, sourcePort: 547, destination: RELAY, interfaceIndex: 0, waited: 0 },
        ];
      });
      load.receive(datagrams, datagrams.length, now);
    },
  };
}

const NOTHING: Counts = { started: 0, completed: 0, lostOffers: 0, lostLeases: 0, refusals: 0, duplicates: 0, wrong: 0, unexpected: 0 };

test("load: a new lease is two answers, a renewal one, with a prefix and without", () => {
  for (const prefixes of [true, false]) {
    const { load, sent, exchange } = createBench(2, { ...SETTINGS, prefixes });
    load.start(0);
    load.start(0);
    exchange(2);
    assert.deepEqual([load.outstanding, load.bound], [2, 0]);
    exchange(5);
    assert.deepEqual([load.outstanding, load.bound], [0, 2]);
    load.renewShare = 1;
    load.start(6);
    assert.equal(decodeType(sent[0]), MessageType.RENEW);
    exchange(7);
    assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 3, completed: 3 });
    assert.deepEqual([load.offers.count, load.leases.count], [2, 3]);
  }
});

function decodeType(bytes: Uint8Array | undefined): number | undefined {
  const decoded = decode(bytes as Uint8Array);
  return decoded.ok ? decoded.message.type : undefined;
}

test("load: a refusal ends the exchange, in either phase", () => {
  const all = (reply: Message): Message => refusing(reply, StatusCode.NoAddrsAvail);
  const one = (reply: Message): Message => refusing(reply, StatusCode.NoPrefixAvail, "", [OptionCode.iaPd]);
  const whole = (reply: Message): Message => ({ ...reply, options: [...reply.options, statusOption(StatusCode.UnspecFail)] });
  for (const twist of [all, one, whole]) {
    const { load, exchange } = createBench(2);
    load.start(0);
    exchange(1, twist);
    assert.deepEqual([{ ...load.counts }, load.outstanding, load.bound], [{ ...NOTHING, started: 1, refusals: 1 }, 0, 0]);
    load.start(2);
    exchange(3);
    exchange(4, twist);
    assert.deepEqual([{ ...load.counts }, load.outstanding, load.bound], [{ ...NOTHING, started: 2, refusals: 2 }, 0, 0]);
  }
});

test("load: an address or a prefix that another client has is an error; after a refused renewal it may go to another", () => {
  const sameAddress = (reply: Message): Message => ({
    ...reply,
    options: reply.options.map((option) =>
      option.code === OptionCode.iaNa
        ? iaOption(option.code, 1, 0, 0, [iaAddressOption(parseIpv6("2001:db8::99") as Ipv6, 10, 20)])
        : option,
    ),
  });
  const firstPrefix =
    (replies: Message[]): Twist =>
    (reply) => {
      replies.push(reply);
      const pd = (replies[0] as Message).options.find(({ code }) => code === OptionCode.iaPd);
      return { ...reply, options: reply.options.map((option) => (option.code === OptionCode.iaPd && pd !== undefined ? pd : option)) };
    };
  for (const twist of [sameAddress, firstPrefix([])]) {
    const { load, exchange } = createBench(3);
    load.start(0);
    load.start(0);
    exchange(0, twist);
    exchange(0, twist);
    assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 2, completed: 2, duplicates: 1 });
  }
  const { load, exchange } = createBench(2);
  load.start(0);
  exchange(0, sameAddress);
  exchange(0, sameAddress);
  load.renewShare = 1;
  load.start(1);
  exchange(1, (reply) => refusing(reply, StatusCode.NoBinding));
  load.renewShare = 0;
  load.start(2);
  exchange(2, sameAddress);
  exchange(2, sameAddress);
  assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 3, completed: 2, refusals: 1 });
});

test("load: answers that don't fit their request are errors, and don't end the exchange", () => {
  const without =
    (code: number): Twist =>
    (reply) => ({ ...reply, options: reply.options.filter((option) => option.code !== code) });
  const twists: readonly Twist[] = [
    without(OptionCode.serverIdentifier),
    without(OptionCode.iaNa),
    without(OptionCode.iaPd),
    (reply) => ({ ...reply, type: MessageType.REPLY }),
  ];
  for (const twist of twists) {
    const { load, exchange } = createBench(1);
    load.start(0);
    exchange(0, twist);
    assert.deepEqual([load.counts.wrong, load.outstanding], [1, 1], twist.toString());
  }
  const { load, exchange } = createBench(1);
  load.start(0);
  exchange(0);
  exchange(0, (reply) => ({
    ...reply,
    options: reply.options.map((option) =>
      option.code === OptionCode.iaNa
        ? iaOption(option.code, 1, 0, 0, [iaAddressOption(parseIpv6("2001:db8::99") as Ipv6, 10, 20)])
        : option,
    ),
  }));
  assert.deepEqual([load.counts.wrong, load.outstanding], [1, 1], "another address than was offered");
});

test("load: answers of other transactions, and what is no answer, are not taken", () => {
  const toOther =
    (duid: readonly number[]): Twist =>
    (reply) => ({
      ...reply,
      options: reply.options.map((option) =>
        option.code === OptionCode.clientIdentifier ? { ...option, data: Uint8Array.from(duid) } : option,
      ),
    });
  const twists: readonly Twist[] = [
    (reply) => ({ ...reply, transactionId: reply.transactionId ^ 0x040000 }),
    (reply) => ({ ...reply, transactionId: makeTransactionId(0, Phase.lease, 1) }),
    toOther([0, 3, 0, 1, 2, 0, 1, 2, 3, 1]),
    toOther([0, 3, 0, 1, 2, 0, 1, 2, 2, 0xff]),
    toOther([0, 3, 0, 1]),
    toOther([]),
  ];
  for (const twist of twists) {
    const { load, exchange } = createBench(1);
    load.start(0);
    exchange(0, twist);
    assert.deepEqual([load.counts.unexpected, load.counts.wrong, load.outstanding], [1, 0, 1], twist.toString());
  }
});
