import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encode, encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { addresses, text } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { ALICE, BOB, discover, type MessageSpec, mac, message, relayInfo, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { START, unicastFrom } from "../support/server.ts";

const bootp = (spec: MessageSpec = {}): Message => message(undefined, { prl: null, ...spec });
const FOR_EVER = 0xffffffff;

describe("BOOTP (RFC 951, RFC 1534, RFC 1542)", () => {
  test("a client gets an address for ever, and no option of DHCP", () => {
    const always = { 60: { always: text("vendor") }, 42: { always: addresses("10.0.0.7") } };
    const server = home({ options: { ...HOME.options, ...always }, boot: { nextServer: "10.0.0.9", fileName: "boot.img" } });
    assert.deepEqual(server.receive(bootp({ id: "alice", leaseTime: 600, maxSize: 1500 })), {
      to: "10.0.0.100:68 02:00:00:00:00:0a on 2 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.100 siaddr 10.0.0.9 file boot.img",
      options: ["1 255.255.255.0", "42 10.0.0.7", "3 10.0.0.1", "6 10.0.0.53", "15 example.org"],
      maxMessageSize: 300,
      changes: [`bound 10.0.0.100 1000..${FOR_EVER} of alice as alice`],
    });
  });

  describe("a BOOTP reply is not 300 bytes long, whatever is configured", () => {
    const relay = relayInfo({ 1: text("port") });
    const cases: readonly [name: string, spec: MessageSpec, domain: number, size: number, codes: readonly number[]][] = [
      ["few options", {}, 3, 300, [1, 3, 6, 15]],
      ["options that just fit", {}, 39, 300, [1, 3, 6, 15]],
      ["one that does not fit", {}, 40, 300, [1, 3, 6]],
      ["option 82, which the relay takes off", { giaddr: "10.0.0.2", relay }, 39, 308, [1, 3, 6, 15, 82]],
    ];
    for (const [name, spec, domain, size, codes] of cases) {
      test(name, () => {
        const decision = home({ options: { ...HOME.options, 15: text("a".repeat(domain)) } }).decide(bootp(spec));
        assert.ok(decision.kind === "reply");
        const bytes = new Uint8Array(1500);
        const length = encode(decision.message, bytes, decision.limit);
        assert.equal(length, size);
        const decoded = decode(bytes, length);
        assert.ok(decoded.ok);
        assert.deepEqual(
          decoded.message.options.map(({ code }) => code),
          codes,
        );
      });
    }
  });

  test("without the magic cookie the vendor field of the reply is empty", () => {
    const decision = home().decide({ ...bootp(), cookie: false, options: [] });
    assert.ok(decision.kind === "reply");
    const bytes = encodeMessage(decision.message);
    assert.equal(bytes.length, 300);
    assert.deepEqual(bytes.subarray(16, 20), addresses("10.0.0.100"));
    assert.deepEqual(bytes.subarray(236), new Uint8Array(64));
  });

  test("a reserved client gets its address", () => {
    const server = home({ reservations: [{ address: "10.0.0.50", match: [{ kind: "chaddr", chaddr: mac(ALICE) }], hostname: "printer" }] });
    const outcome = server.receive(bootp());
    assert.equal(outcome.header, "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.50");
    assert.deepEqual(outcome.options?.at(-1), "12 printer");
    assert.deepEqual(outcome.changes, [`bound 10.0.0.50 1000..${FOR_EVER} of alice`]);
  });

  test("a reservation by an option keeps a BOOTP client from an answer", () => {
    const match = [{ kind: "option", code: 60, value: text("thin client") } as const];
    const server = home({ reservations: [{ address: "10.0.0.50", match }] });
    const request = bootp({ more: [{ code: 60, data: text("thin client") }] });
    assert.equal(server.receive(request).header, "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.50");
  });

  test("addresses of ranges are given only where the operator says so", () => {
    const reservations = [{ address: "10.0.0.50", match: [{ kind: "chaddr", chaddr: mac(ALICE) } as const] }];
    const server = home({ reservations }, { dynamicBootp: false });
    assert.equal(server.receive(bootp()).header, "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.50");
    assert.deepEqual(server.receive(bootp({ mac: BOB })), { silence: "bootp-not-enabled" });
  });

  test("without ranges only reserved clients are served", () => {
    const server = home({ ranges: [], reservations: [{ address: "10.0.0.50", match: [{ kind: "chaddr", chaddr: mac(ALICE) }] }] });
    assert.equal(server.receive(bootp()).header, "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.50");
    assert.deepEqual(server.receive(bootp({ mac: BOB })), { silence: "no-address-free" });
  });

  test("the address of a BOOTP client is given to others after some years", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.100" }] });
    server.receive(bootp());
    server.now += 50 * 365 * 86_400;
    server.table.expire(server.now, 100);
    assert.deepEqual(server.receive(discover({ mac: BOB })), { silence: "no-address-free" });
    assert.equal(server.receive(bootp()).header, "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.100");
  });

  test("a request that is repeated writes nothing", () => {
    const server = home();
    const first = server.receive(bootp());
    server.now += 10;
    assert.deepEqual(server.receive(bootp()), { ...first, changes: [] });
  });

  test("a machine that goes on with DHCP keeps its address, and then has a lease time", () => {
    const server = home();
    server.receive(bootp());
    assert.equal(briefly(server.receive(discover())), "OFFER 10.0.0.100");
    assert.deepEqual(server.receive(request({ server: "10.0.0.1", requested: "10.0.0.100" })).changes, [
      "bound 10.0.0.100 1000..4600 of alice",
    ]);
    assert.deepEqual(server.receive(bootp()).changes, [`bound 10.0.0.100 1000..${FOR_EVER} of alice`]);
  });

  test("an offer of another address is withdrawn", () => {
    const server = home({ reservations: [{ address: "10.0.0.50", match: [{ kind: "option", code: 17, value: text("x") }] }] });
    server.receive(discover());
    const changes = server.receive(bootp({ more: [{ code: 17, data: text("x") }] })).changes;
    assert.deepEqual(changes, ["withdraw 10.0.0.100", `bound 10.0.0.50 1000..${FOR_EVER} of alice`]);
  });

  describe("where the reply goes (RFC 1542 section 5.4)", () => {
    const relay = relayInfo({ 1: text("port") });
    const cases: readonly [name: string, spec: MessageSpec, source: string, to: string, yiaddr: string][] = [
      ["to its hardware address", {}, "0.0.0.0", "10.0.0.100:68 02:00:00:00:00:0a on 2", " yiaddr 10.0.0.100"],
      ["by broadcast", { broadcast: true }, "0.0.0.0", "255.255.255.255:68 on 2", " flags 8000 yiaddr 10.0.0.100"],
      ["through the relay", { giaddr: "10.0.0.2", relay }, "10.0.0.2", "10.0.0.2:67 on 0", " yiaddr 10.0.0.100 giaddr 10.0.0.2"],
      ["to the address that it has", { ciaddr: "10.0.0.77" }, "10.0.0.77", "10.0.0.77:68 02:00:00:00:00:0a on 2", " ciaddr 10.0.0.77"],
      [
        "to the address that it has, past the relay",
        { ciaddr: "10.0.0.77", giaddr: "10.0.0.2", relay },
        "10.0.0.2",
        "10.0.0.77:68 on 0",
        " ciaddr 10.0.0.77 giaddr 10.0.0.2",
      ],
    ];
    for (const [name, spec, source, to, header] of cases) {
      test(name, () => {
        const outcome = home().receive(bootp(spec), source === "0.0.0.0" ? {} : unicastFrom(source));
        assert.equal(outcome.to, `${to} from 10.0.0.1`);
        assert.equal(outcome.header, `op 2 htype 1 02:00:00:00:00:0a${header}`);
        const past = spec.ciaddr !== undefined;
        assert.equal(outcome.options?.includes("82 0104706f7274"), spec.relay !== undefined && !past);
        assert.deepEqual(outcome.changes, past ? [] : [`bound 10.0.0.100 1000..${FOR_EVER} of alice`]);
      });
    }
  });

  test("a client that names its boot server is answered by that one alone", () => {
    const server = home({ boot: { serverName: "boot.example.org" } });
    assert.deepEqual(server.receive({ ...bootp(), sname: text("other") }), { silence: "another-server" });
    assert.equal(server.table.size, 0);
    const outcome = server.receive({ ...bootp(), sname: text("boot.example.org") });
    assert.equal(outcome.header, "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.100 sname boot.example.org");
  });

  test("nobody is answered where BOOTP is not enabled", () => {
    assert.deepEqual(home({}, { bootp: false }).receive(bootp()), { silence: "bootp-not-enabled" });
  });

  test("a full pool, and a client without hardware address, are met with silence", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.100" }] });
    server.lease("10.0.0.100", { mac: BOB, expiry: START + 10 });
    assert.deepEqual(server.receive(bootp()), { silence: "no-address-free" });
    assert.deepEqual(server.receive(bootp({ mac: "" })), { silence: "no-client-identity" });
  });
});
