import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ReservationMatch } from "../../../src/config/model/dhcp4.ts";
import { load } from "../../config/load.ts";
import { configOf, type NetworkSpec, type ReservationSpec, text } from "../support/config.ts";
import { home } from "../support/home.ts";
import { ALICE, BOB, CAROL, decline, discover, type MessageSpec, mac, relayInfo, release, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { type Server, serverOf, unicastFrom } from "../support/server.ts";

const OURS = "10.0.0.1";
const OTHER_RESERVED = "NAK another address is reserved for this client";
const IN_USE = "NAK the address is in use by another client";
const NOT_YOURS = "NAK the address is not available to this client";

const byMac = (value: string): ReservationMatch => ({ kind: "chaddr", chaddr: mac(value) });
const byId = (value: string): ReservationMatch => ({ kind: "clientIdentifier", value: text(value) });
const byOption = (code: number, value: Uint8Array): ReservationMatch => ({ kind: "option", code, value });
const forAlice = (address: string): NetworkSpec => ({ reservations: [{ address, match: [byMac(ALICE)] }] });

const inside = "10.0.0.150";
const outside = "10.0.0.50";

describe("which reservation", () => {
  const relay = relayInfo({ 1: text("port 7") });
  const reservations: readonly ReservationSpec[] = [
    { address: "10.0.0.11", match: [byMac(BOB), byOption(60, text("phone"))] },
    { address: "10.0.0.12", match: [byMac(BOB)] },
    { address: "10.0.0.13", match: [byId("first")] },
    { address: "10.0.0.14", match: [byId("second")] },
    { address: "10.0.0.15", match: [byOption(82, relay)] },
    { address: "10.0.0.16", match: [byOption(60, text("printer"))] },
    { address: "10.0.0.17", match: [byId("both"), byMac(CAROL)] },
    { address: "10.0.0.18", match: [{ kind: "duid", value: text("duid") }] },
    { address: "10.0.0.19", match: [{ kind: "circuitId", value: text("port 8") }] },
    { address: "10.0.0.20", match: [{ kind: "remoteId", value: text("modem") }] },
    {
      address: "10.0.0.21",
      match: [
        { kind: "remoteId", value: text("modem 2") },
        { kind: "circuitId", value: text("port 9") },
      ],
    },
  ];
  const relayed = (subOptions: Readonly<Record<number, Uint8Array>>): MessageSpec => ({ relay: relayInfo(subOptions), giaddr: "10.0.0.2" });
  const vendor = (value: string): MessageSpec => ({ more: [{ code: 60, data: text(value) }] });
  const cases: readonly [name: string, spec: MessageSpec, address: string][] = [
    ["by hardware address", { mac: BOB }, "10.0.0.12"],
    ["by hardware address and option, the first that matches", { mac: BOB, ...vendor("phone") }, "10.0.0.11"],
    ["by client identifier", { id: "first" }, "10.0.0.13"],
    ["by another client identifier in the same network", { id: "second" }, "10.0.0.14"],
    ["by hardware address whatever the identifier", { mac: BOB, id: "unknown" }, "10.0.0.12"],
    ["hardware address before identifier", { mac: BOB, id: "first" }, "10.0.0.12"],
    ["by option 82", { relay, giaddr: "10.0.0.2" }, "10.0.0.15"],
    ["by another option", vendor("printer"), "10.0.0.16"],
    ["by identifier and hardware address", { id: "both", mac: CAROL }, "10.0.0.17"],
    ["by circuit id, whatever else the relay says", relayed({ 1: text("port 8"), 2: text("x") }), "10.0.0.19"],
    ["by remote id", relayed({ 2: text("modem") }), "10.0.0.20"],
    ["by circuit id and remote id", relayed({ 1: text("port 9"), 2: text("modem 2") }), "10.0.0.21"],
    ["circuit id before remote id", relayed({ 1: text("port 8"), 2: text("modem") }), "10.0.0.19"],
    ["none: a circuit id that only begins so", relayed({ 1: text("port 88") }), "10.0.0.100"],
    ["none: remote id where circuit id is meant", relayed({ 2: text("port 8") }), "10.0.0.100"],
    ["none: circuit id alone of two matches", relayed({ 1: text("port 9") }), "10.0.0.100"],
    ["none: only one of two matches", { id: "both" }, "10.0.0.100"],
    ["none", {}, "10.0.0.100"],
  ];
  const identifiers: readonly [name: string, identifier: Uint8Array, address: string][] = [
    ["by the DUID in the identifier (RFC 4361)", Uint8Array.of(255, 0, 0, 0, 1, ...text("duid")), "10.0.0.18"],
    ["by the DUID, whatever the IAID", Uint8Array.of(255, 9, 9, 9, 9, ...text("duid")), "10.0.0.18"],
    ["none: another DUID", Uint8Array.of(255, 0, 0, 0, 1, ...text("duid2")), "10.0.0.100"],
    ["none: an identifier of another type", Uint8Array.of(0, 0, 0, 0, 1, ...text("duid")), "10.0.0.100"],
    ["none: an identifier without a DUID", Uint8Array.of(255, 0, 0, 0, 1), "10.0.0.100"],
  ];
  for (const [name, data, address] of identifiers) {
    test(name, () => {
      assert.equal(briefly(home({ reservations }).receive(discover({ more: [{ code: 61, data }] }))), `OFFER ${address}`);
    });
  }
  for (const [name, spec, address] of cases) {
    test(name, () => assert.equal(briefly(home({ reservations }).receive(discover(spec))), `OFFER ${address}`));
  }
});

describe("a reservation always wins", () => {
  for (const [where, address] of [
    ["inside a range", inside],
    ["outside all ranges", outside],
  ] as const) {
    describe(where, () => {
      for (const authoritative of [true, false]) {
        test(`over a stale lease, authoritative ${authoritative}`, () => {
          const server = home({ ...forAlice(address), authoritative });
          server.lease("10.0.0.180", { mac: ALICE });
          assert.equal(briefly(server.receive(request({ requested: "10.0.0.180" }))), OTHER_RESERVED);
          assert.equal(briefly(server.receive(request({ ciaddr: "10.0.0.180" }), unicastFrom("10.0.0.180"))), OTHER_RESERVED);
          assert.equal(briefly(server.receive(request({ ciaddr: "10.0.0.180" }))), OTHER_RESERVED);
          assert.equal(briefly(server.receive(request({ server: OURS, requested: "10.0.0.180" }))), OTHER_RESERVED);
          const offer = server.receive(discover({ requested: "10.0.0.180" }));
          assert.equal(briefly(offer), `OFFER ${address}`);
          assert.deepEqual(offer.changes, [`hold ${address} until 1030 for alice`]);
          assert.deepEqual(server.receive(request({ server: OURS, requested: address })).changes, [
            "released 10.0.0.180 1000..1000 of alice",
            `bound ${address} 1000..4600 of alice`,
          ]);
        });

        test(`its holder is answered in every state, authoritative ${authoritative}`, () => {
          const requests: readonly MessageSpec[] = [{ server: OURS, requested: address }, { requested: address }, { ciaddr: address }];
          for (const spec of requests) {
            for (const way of [{}, unicastFrom(address)]) {
              const outcome = home({ ...forAlice(address), authoritative }).receive(request(spec), way);
              assert.equal(briefly(outcome), `ACK ${address}`);
              assert.deepEqual(outcome.changes, [`bound ${address} 1000..4600 of alice`]);
            }
          }
        });
      }

      test("nobody else gets the address", () => {
        const server = home(forAlice(address));
        const requests: readonly MessageSpec[] = [{ server: OURS, requested: address }, { requested: address }, { ciaddr: address }];
        for (const spec of requests) assert.equal(briefly(server.receive(request({ mac: BOB, ...spec }))), NOT_YOURS);
        assert.equal(briefly(server.receive(discover({ mac: BOB, requested: address }))), "OFFER 10.0.0.100");
      });
    });
  }

  test("nobody else gets the address when it is the last one, used or unused", () => {
    const server = home({ ...forAlice("10.0.0.100"), ranges: [{ range: "10.0.0.100-10.0.0.100" }] });
    assert.deepEqual(server.receive(discover({ mac: BOB })), { silence: "no-address-free" });
    server.lease("10.0.0.100", { mac: ALICE, state: "expired", expiry: 900 });
    assert.deepEqual(server.receive(discover({ mac: BOB })), { silence: "no-address-free" });
  });

  test("the holder gets its address back after the lease ran out and after a release", () => {
    const server = home(forAlice(outside));
    server.lease(outside, { mac: ALICE, expiry: 1000 });
    assert.equal(briefly(server.receive(request({ requested: outside }))), `ACK ${outside}`);
    assert.deepEqual(server.receive(release({ server: OURS, ciaddr: outside })).changes, [`released ${outside} 1000..1000 of alice`]);
    assert.equal(briefly(server.receive(discover())), `OFFER ${outside}`);
  });
});

describe("an address that is reserved for a hardware address is for every client identifier of that machine", () => {
  // The operating system has the lease; the boot ROM of the same machine says that it is somebody else.
  const rom: MessageSpec = { id: "rom" };
  const system: MessageSpec = { id: "system" };
  const running = (network: NetworkSpec = forAlice(inside)): Server => {
    const server = home(network);
    assert.equal(briefly(server.receive(request({ ...system, server: OURS, requested: inside }))), `ACK ${inside}`);
    return server;
  };

  test("a DISCOVER of the boot ROM is offered it and leaves the lease as it is", () => {
    const offer = running().receive(discover(rom));
    assert.equal(briefly(offer), `OFFER ${inside}`);
    assert.deepEqual(offer.changes, []);
  });

  test("each takes the lease over from the other", () => {
    const server = running();
    server.receive(discover(rom));
    const taken = server.receive(request({ ...rom, server: OURS, requested: inside }));
    assert.equal(briefly(taken), `ACK ${inside}`);
    assert.deepEqual(taken.changes, [`bound ${inside} 1000..4600 of alice as rom`]);
    assert.deepEqual(server.receive(release({ ...system, server: OURS, ciaddr: inside })), { silence: "not-the-owner" });
    for (const way of [{ server: OURS, requested: inside }, { requested: inside }, { ciaddr: inside }]) {
      assert.equal(briefly(server.receive(request({ ...system, ...way }))), `ACK ${inside}`);
      assert.equal(briefly(server.receive(request({ ...rom, ...way }))), `ACK ${inside}`);
    }
  });

  test("an offer to one does not keep it from the other", () => {
    const server = home(forAlice(inside));
    server.receive(discover(rom));
    const offer = server.receive(discover(system));
    assert.equal(briefly(offer), `OFFER ${inside}`);
    assert.deepEqual(offer.changes, [`hold ${inside} until 1030 for alice as system`]);
  });

  test("it is not probed: the machine itself might answer", () => {
    assert.equal(briefly(running({ ...forAlice(inside), pingTimeout: 500 }).receive(discover(rom))), `OFFER ${inside}`);
  });

  const others: readonly [name: string, network: NetworkSpec, spec: MessageSpec][] = [
    ["another machine", forAlice(inside), { ...rom, mac: BOB }],
    [
      "another machine with a reservation by identifier",
      { reservations: [{ address: inside, match: [byId("rom")] }] },
      { ...rom, mac: BOB },
    ],
    ["a reservation by identifier", { reservations: [{ address: inside, match: [byId("rom")] }] }, rom],
    ["a machine without a reservation", {}, rom],
  ];
  for (const [name, network, spec] of others) {
    test(`not so for ${name}`, () => {
      const server = home(network);
      server.lease(inside, { mac: ALICE });
      assert.equal(briefly(server.receive(discover({ ...spec, requested: inside }))), "OFFER 10.0.0.100");
      assert.match(briefly(server.receive(request({ ...spec, requested: inside }))), /^NAK/);
    });
  }

  test("not so for an address that the machine declined", () => {
    const server = running();
    server.receive(decline({ ...system, server: OURS, requested: inside }));
    assert.equal(briefly(server.receive(discover(rom))), "OFFER 10.0.0.100");
  });
});

describe("a reserved address that somebody else has", () => {
  const squatted = (): Server => {
    const server = home(forAlice(inside));
    server.lease(inside, { mac: BOB });
    return server;
  };

  test("the reserved client gets another one meanwhile, the other client is told to move, then all is right", () => {
    const server = squatted();
    const alice = (): string => briefly(server.receive(discover()));
    assert.equal(alice(), "OFFER 10.0.0.100");
    assert.equal(briefly(server.receive(request({ server: OURS, requested: "10.0.0.100" }))), "ACK 10.0.0.100");
    assert.equal(briefly(server.receive(request({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"))), "ACK 10.0.0.100");

    // A NAK that got lost must not make the address free: the other client keeps it until it moves or its time is over.
    const moved = server.receive(request({ mac: BOB, ciaddr: inside }), unicastFrom(inside));
    assert.equal(briefly(moved), NOT_YOURS);
    assert.deepEqual(moved.changes, []);
    assert.equal(briefly(server.receive(request({ requested: inside }))), IN_USE);

    assert.equal(briefly(server.receive(discover({ mac: BOB }))), "OFFER 10.0.0.101");
    assert.deepEqual(server.receive(request({ mac: BOB, server: OURS, requested: "10.0.0.101" })).changes, [
      `released ${inside} 1000..1000 of bob`,
      "bound 10.0.0.101 1000..4600 of bob",
    ]);
    assert.equal(briefly(server.receive(request({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"))), OTHER_RESERVED);
    assert.equal(alice(), `OFFER ${inside}`);
  });

  test("it is the reserved client's once the other lease has run out", () => {
    const server = squatted();
    server.now += 3601;
    assert.equal(briefly(server.receive(discover())), `OFFER ${inside}`);
  });
});

test("a reserved address in probation is not offered until probation is over", () => {
  const server = home(forAlice(inside));
  server.lease(inside, { mac: ALICE });
  server.receive(decline({ server: OURS, requested: inside }));
  assert.equal(briefly(server.receive(discover())), "OFFER 10.0.0.100");
  server.now += 901;
  assert.equal(briefly(server.receive(discover())), `OFFER ${inside}`);
});

test("a reservation without address gives its settings to whatever address the client gets", () => {
  const reservations = [{ match: [byMac(ALICE)], hostname: "tablet", options: { 15: text("lab") }, leaseTime: { default: 700 } }];
  const outcome = home({ reservations }).receive(discover());
  assert.equal(briefly(outcome), "OFFER 10.0.0.100");
  const options = ["1 255.255.255.0", "3 10.0.0.1", "6 10.0.0.53", "15 lab", "12 tablet"];
  assert.deepEqual(outcome.options, ["53 OFFER", "54 10.0.0.1", "51 700 s", "58 350 s", "59 612 s", ...options]);
});

test("a reservation by circuit id holds for a unicast renewal, which no relay has seen", () => {
  const relay = relayInfo({ 1: text("port 7") });
  const server = home({ reservations: [{ address: outside, match: [{ kind: "circuitId", value: text("port 7") }] }] });
  assert.equal(briefly(server.receive(request({ giaddr: "10.0.0.2", relay, requested: outside }))), `ACK ${outside}`);
  assert.equal(briefly(server.receive(request({ ciaddr: outside }), unicastFrom(outside))), `ACK ${outside}`);
  assert.equal(briefly(server.receive(request({ mac: BOB, ciaddr: outside }), unicastFrom(outside))), NOT_YOURS);
});

test("a reservation by option 82 holds for a unicast renewal, which no relay has seen", () => {
  const relay = relayInfo({ 1: text("port 7") });
  const server = home({ reservations: [{ address: outside, match: [byOption(82, relay)] }] });
  assert.equal(briefly(server.receive(request({ giaddr: "10.0.0.2", relay, requested: outside }))), `ACK ${outside}`);
  const renewal = server.receive(request({ ciaddr: outside, prl: [] }), unicastFrom(outside));
  assert.deepEqual(renewal.options, ["53 ACK", "54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s", "1 255.255.255.0", "3 10.0.0.1"]);
  assert.equal(briefly(server.receive(request({ mac: BOB, ciaddr: outside }), unicastFrom(outside))), NOT_YOURS);
});

describe("a shared link", () => {
  const A = "10.0.0.0/24";
  const B = "10.0.1.0/24";
  const shared = (a: NetworkSpec, b: NetworkSpec): Server => serverOf(configOf({ networks: { [A]: a, [B]: b }, shared: [[A, B]] }));
  const small = { ranges: [{ range: "10.0.0.100-10.0.0.100" }], options: { 15: text("a") } };
  const large = { ranges: [{ range: "10.0.1.100-10.0.1.199" }], options: { 15: text("b") }, leaseTime: { default: 1800 } };

  test("networks are filled in order, each address with the settings of its network", () => {
    const server = shared(small, large);
    const spec = { prl: [15] };
    const tail = (seconds: number, mask: string, domain: string): readonly string[] => [
      `51 ${seconds} s`,
      `58 ${seconds / 2} s`,
      `59 ${(seconds * 7) / 8} s`,
      `1 ${mask}`,
      `15 ${domain}`,
    ];
    assert.deepEqual(server.receive(discover(spec)).options?.slice(2), tail(3600, "255.255.255.0", "a"));
    const second = server.receive(discover({ mac: BOB, ...spec }));
    assert.equal(briefly(second), "OFFER 10.0.1.100");
    assert.deepEqual(second.options?.slice(2), tail(1800, "255.255.255.0", "b"));
  });

  test("a client keeps its lease in any of the networks", () => {
    const server = shared(small, large);
    server.lease("10.0.1.150", { mac: ALICE });
    assert.equal(briefly(server.receive(discover())), "OFFER 10.0.1.150");
    for (const spec of [{ requested: "10.0.1.150" }, { ciaddr: "10.0.1.150" }]) {
      assert.equal(briefly(server.receive(request(spec))), "ACK 10.0.1.150");
    }
    assert.equal(briefly(server.receive(request({ ciaddr: "10.0.1.150" }), unicastFrom("10.0.1.150"))), "ACK 10.0.1.150");
  });

  test("reservations of each of the networks apply", () => {
    const server = shared(small, { ...large, reservations: [{ address: "10.0.1.50", match: [byMac(ALICE)] }] });
    assert.equal(briefly(server.receive(discover())), "OFFER 10.0.1.50");
    assert.equal(briefly(server.receive(request({ mac: BOB, requested: "10.0.1.50" }))), NOT_YOURS);
  });

  test("an address comes before settings alone, whichever network has them", () => {
    const server = shared(
      { ...small, reservations: [{ match: [byMac(ALICE)], options: { 15: text("settings") } }] },
      { ...large, reservations: [{ address: "10.0.1.50", match: [byMac(ALICE)] }] },
    );
    assert.equal(briefly(server.receive(discover())), "OFFER 10.0.1.50");
  });

  test("an address in a network that is not for the client does not hide the one that it can have", () => {
    const server = serverOf(
      load(`
options: {routers: 10.0.0.1}
client_classes: {v4: [{name: phones, assert: "option[60].exists"}]}
shared_networks: {link: [${A}, ${B}]}
networks:
  ${A}: {class: phones, reservations: [{ip: 10.0.0.50, match: {chaddr: "${ALICE}"}}, {ip: 10.0.0.51, match: {chaddr: "${BOB}"}}]}
  ${B}: {reservations: [{ip: 10.0.1.50, match: {chaddr: "${ALICE}"}}], ranges: [{range: 10.0.1.100-10.0.1.109, class: KNOWN}]}
`),
    );
    const phone = { more: [{ code: 60, data: text("phone") }] };
    assert.equal(briefly(server.receive(discover())), "OFFER 10.0.1.50");
    assert.equal(briefly(server.receive(request({ requested: "10.0.1.50" }))), "ACK 10.0.1.50");
    assert.equal(briefly(server.receive(discover(phone))), "OFFER 10.0.0.50");
    // A host that has no other reservation is known all the same.
    assert.match(briefly(server.receive(discover({ mac: BOB }))), /^OFFER 10\.0\.1\.10\d$/);
  });

  test("settings alone leave the lease time to the range", () => {
    const server = shared({ ...small, ranges: [], reservations: [{ match: [byMac(ALICE)] }] }, large);
    assert.equal(server.receive(discover()).options?.[2], "51 1800 s");
  });

  test("a client that moves between the networks has one lease", () => {
    const server = shared(small, large);
    server.lease("10.0.0.100", { mac: ALICE });
    assert.deepEqual(server.receive(request({ server: OURS, requested: "10.0.1.150" })).changes, [
      "released 10.0.0.100 1000..1000 of alice",
      "bound 10.0.1.150 1000..2800 of alice",
    ]);
  });

  test("the server identifier is that of the address's network", () => {
    const server = shared(small, { ...large, serverId: "192.0.2.1" });
    server.lease("10.0.1.150", { mac: ALICE });
    assert.equal(server.receive(discover()).options?.[1], "54 192.0.2.1");
    assert.equal(briefly(server.receive(request({ server: "192.0.2.1", requested: "10.0.1.150" }))), "ACK 10.0.1.150");
  });
});
