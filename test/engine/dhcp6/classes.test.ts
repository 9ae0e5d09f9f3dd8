import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Dhcp6Config } from "../../../src/config/model/dhcp6.ts";
import { load } from "../../config/load.ts";
import { text } from "../support/dhcp6/config.ts";
import { ALICE, BOB, CAROL, message } from "../support/dhcp6/messages.ts";
import { type Server, serverOf } from "../support/dhcp6/server.ts";

/** `v6`, with what stands before it, of a file. */
function serve(v6: string, top = ""): Server {
  return serverOf(load(`${top}\nv6:\n${v6}`).dhcp6 as Dhcp6Config);
}

const vendorClass = (name: string) => ({ code: 16, data: Uint8Array.of(0, 0, 1, 55, 0, name.length, ...text(name)) });
const PHONE = [vendorClass("phone")];
const ia = (server: Server, spec: Parameters<typeof message>[1]) =>
  Object.values(server.consider(message("SOLICIT", spec)).ias ?? {}).join("; ");

const CLASSES = `
client_classes:
  v6:
    - { name: phones, assert: "vendor-class[311].data == 'phone'", options: { sntp_servers: "2001:db8::5" }, config: { lease_time: 1000, preferred_time: 400 } }
    - { name: port7, assert: "relay6[-1].option[18].text == 'port7'" }
    - { name: known, assert: "member('KNOWN')", options: { sntp_servers: "2001:db8::6" } }
    - { name: DROP, assert: "option[16].exists and vendor-class[311].data == 'bad'" }
`;

suite("classes of DHCPv6 clients", () => {
  test("guard networks, ranges and pools of prefixes", () => {
    const server = serve(
      `
  networks:
    2001:db8:1::/64:
      allocation: sequential
      ranges: [{ start: "2001:db8:1::100", end: "2001:db8:1::1ff", class: phones }, { start: "2001:db8:1::200", end: "2001:db8:1::2ff", deny_class: phones }]
      prefix_pools: [{ prefix: "2001:db8:8000::/40", delegated_length: 56, class: phones }]
`,
      CLASSES,
    );
    const wants = (at: string) => ({ na: { 1: [at] }, pd: { 1: [] } });
    assert.deepEqual(server.consider(message("SOLICIT", { ...wants("2001:db8:1::210"), more: PHONE })).ias, {
      "na 1": "200/320: 2001:db8:1::100 400/1000",
      "pd 1": "200/320: 2001:db8:8000::/56 400/1000",
    });
    assert.deepEqual(server.consider(message("SOLICIT", wants("2001:db8:1::110"))).ias, {
      "na 1": "27000/43200: 2001:db8:1::200 54000/86400",
      "pd 1": "0/0: NoPrefixAvail",
    });
  });

  test("a client of the class DROP is not answered", () => {
    const server = serve("  networks: { 2001:db8:1::/64: {} }", CLASSES);
    assert.equal(server.receive(message("SOLICIT", { more: [vendorClass("bad")] })).silence, "dropped-by-class");
    assert.equal(server.receive(message("SOLICIT", { more: PHONE })).type, "ADVERTISE");
  });

  test("what a relay says makes a class", () => {
    const server = serve(
      `
  networks:
    2001:db8:1::/64: { class: port7, allocation: sequential, ranges: [{ start: "2001:db8:1::100", end: "2001:db8:1::1ff" }] }
`,
      CLASSES,
    );
    const relays = (port: string) => [{ link: "2001:db8:1::9", options: [{ code: 18, data: text(port) }] }];
    assert.match(ia(server, { na: { 1: [] }, relays: relays("port7") }), /::100 /);
    assert.equal(ia(server, { na: { 1: [] }, relays: relays("port8") }), "0/0: NoAddrsAvail");
  });

  test("their options and lifetimes stand before those of the top level, and behind those of a network", () => {
    const networks = (config: string) => `
  options: { dns_servers: "2001:db8::1", sntp_servers: "2001:db8::1" }
  config: { lease_time: 4000 }
  networks:
    2001:db8:1::/64: { allocation: sequential, ranges: [{ start: "2001:db8:1::100", end: "2001:db8:1::1ff" }]${config} }
`;
    const got = (server: Server, more = PHONE) => {
      const { ias, options } = server.consider(message("REQUEST", { na: { 1: [] }, asks: [31], more }));
      return [ias?.["na 1"], options?.[0]?.slice(-2)];
    };
    assert.deepEqual(got(serve(networks(""), CLASSES)), ["200/320: 2001:db8:1::100 400/1000", "05"]);
    assert.deepEqual(got(serve(networks(""), CLASSES), []), ["1250/2000: 2001:db8:1::100 2500/4000", "01"]);
    const closer = ', options: { sntp_servers: "2001:db8::9" }, config: { lease_time: 3200 }';
    assert.deepEqual(got(serve(networks(closer), CLASSES)), ["1000/1600: 2001:db8:1::100 2000/3200", "09"]);
  });

  test("a client with a reservation is KNOWN, and may be put into classes by it", () => {
    const server = serve(
      `
  networks:
    2001:db8:1::/64:
      reservations: [{ match: { duid: "0003000102000000000a" }, classes: [phones] }]
`,
      CLASSES,
    );
    assert.deepEqual(
      server.receive(message("INFORMATION-REQUEST", { asks: [31] })).options?.map((one) => one.slice(-2)),
      ["05"],
    );
    assert.ok(server.explain(message("SOLICIT")).includes("classes: phones, known, KNOWN"));
    assert.equal(server.receive(message("INFORMATION-REQUEST", { client: BOB, asks: [31] })).options, undefined);
  });

  test("VENDOR_CLASS_ classes are told by the first vendor class", () => {
    const server = serve(
      `
  networks:
    2001:db8:1::/64: { class: VENDOR_CLASS_phone, allocation: sequential, ranges: [{ start: "2001:db8:1::100", end: "2001:db8:1::1ff" }] }
`,
    );
    assert.match(ia(server, { na: { 1: [] }, more: PHONE }), /::100 /);
    assert.equal(ia(server, { na: { 1: [] }, more: [vendorClass("phones")] }), "0/0: NoAddrsAvail");
    assert.equal(ia(server, { na: { 1: [] } }), "0/0: NoAddrsAvail");
  });
});

suite("limits", () => {
  const limited = (limit: string, network = "") =>
    serve(
      `
  config: { lease_time: 4000 }
  networks:
    2001:db8:1::/64:
      allocation: sequential
      ranges: [{ start: "2001:db8:1::100", end: "2001:db8:1::1ff" }]
      prefix_pools: [{ prefix: "2001:db8:8000::/40", delegated_length: 56 }]
      ${network}
`,
      limit,
    );
  const BY_PORT = '[{ key: "relay6[0].option[18].hex", max: 2 }]';
  const behind = (port: string) => ({ relays: [{ link: "2001:db8:1::9", options: [{ code: 18, data: text(port) }] }] });
  const count = (answers: string) => (answers.match(/\d\d\/\d\d/g) ?? []).length;

  for (const [where, server] of [
    ["everywhere", () => limited(`limits: ${BY_PORT}`)],
    ["in a network", () => limited("", `limits: ${BY_PORT}`)],
  ] as const) {
    test(`at most so many leases, addresses and prefixes, for a value ${where}; also within one message`, () => {
      const one = server();
      const spec = { na: { 1: [], 2: [] }, pd: { 1: [] }, ...behind("a") };
      assert.deepEqual(one.receive(message("REQUEST", spec)).ias, {
        "na 1": "1250/2000: 2001:db8:1::100 2500/4000",
        "na 2": "1250/2000: 2001:db8:1::101 2500/4000",
        "pd 1": "0/0: NoPrefixAvail",
      });
      assert.equal(ia(one, { client: BOB, na: { 1: [] }, ...behind("a") }), "0/0: NoAddrsAvail");
      assert.match(ia(one, { client: BOB, na: { 1: [] }, ...behind("b") }), /::102 /);
      assert.match(ia(one, { client: CAROL, na: { 1: [] } }), /::102 /);
      // Those that it has it keeps.
      assert.equal(count(JSON.stringify(one.receive(message("RENEW", { na: { 1: [], 2: [] }, ...behind("a") })).ias)), 4);
    });
  }

  test("what is advertised counts, and what is given back makes room", () => {
    const server = limited(`limits: ${BY_PORT}`);
    server.receive(message("SOLICIT", { client: ALICE, na: { 1: [], 2: [] }, ...behind("a") }));
    assert.equal(ia(server, { client: BOB, na: { 1: [] }, ...behind("a") }), "0/0: NoAddrsAvail");
    server.receive(message("RELEASE", { client: ALICE, na: { 1: ["2001:db8:1::100"] }, ...behind("a") }));
    assert.match(ia(server, { client: BOB, na: { 1: [] }, ...behind("a") }), /::100 |::102 /);
  });

  test("what is advertised to a client counts once, however often it asks", () => {
    const server = limited(`limits: ${BY_PORT}`);
    const spec = { na: { 1: [], 2: [] }, ...behind("a") };
    const first = server.receive(message("SOLICIT", spec)).ias;
    assert.equal(count(JSON.stringify(first)), 4);
    for (const type of ["SOLICIT", "REQUEST", "SOLICIT"] as const) assert.deepEqual(server.receive(message(type, spec)).ias, first);
  });

  test("the reason is told", () => {
    const server = limited('limits: [{ key: "relay6[0].option[18].hex", max: 1 }]');
    server.receive(message("REQUEST", { client: BOB, na: { 1: [] }, ...behind("a") }));
    const explained = server.explain(message("SOLICIT", { na: { 1: [] }, ...behind("a") }));
    assert.ok(
      explained.includes("nothing free: there are as many leases for clients like this one as a limit of the configuration allows"),
      explained.join("\n"),
    );
  });
});
