import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { NamePolicy } from "../../../src/config/model/names.ts";
import { nameByHand } from "../../../src/engine/dhcp4/client-name.ts";
import { FqdnFlag } from "../../../src/wire/dhcp4/client-fqdn.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { optionValue } from "../../../src/wire/dhcp4/options.ts";
import { addresses, type ConfigSpec, configOf, type NetworkSpec, text } from "../support/config.ts";
import { HOME } from "../support/home.ts";
import { ALICE, discover, inform, type MessageSpec, mac, message, request } from "../support/messages.ts";
import { ANSWERS, nameText, POLICIES, POLICY, type PolicyName, recordText, UPDATES } from "../support/names.ts";
import { type Server, START, serverOf, unicastFrom } from "../support/server.ts";

const AT = 0x0a000064;

/** A name in the form of RFC 1035; a partial one without its root label. */
const wire = (name: string): number[] => name.split(".").flatMap((label) => [label.length, ...text(label)]);

/** Option 81: flags by their letters, and a name in the encoding that they say. */
function fqdn(letters: string, name: string): { readonly code: number; readonly data: Uint8Array } {
  const flags = [...letters].reduce((sum, letter) => sum | FqdnFlag[letter as keyof typeof FqdnFlag], 0);
  const field = !letters.includes("E") ? text(name) : name === "" ? [] : wire(name);
  return { code: 81, data: Uint8Array.of(flags, 0, 0, ...field) };
}

/** The flags and the name of option 81; undefined: there is none. */
function fqdnText(data: Uint8Array | undefined): string | undefined {
  if (data === undefined) return undefined;
  assert.deepEqual([...data.subarray(1, 3)], [255, 255]);
  const flags = Object.entries(FqdnFlag).flatMap(([letter, bit]) => (((data[0] as number) & bit) === 0 ? [] : [letter]));
  const name = [...data.subarray(3)].map((byte) => (byte < 45 ? `<${byte}>` : String.fromCharCode(byte))).join("");
  return `${flags.join("")} ${name}`;
}

const config = (names: Partial<NamePolicy> | undefined, network: NetworkSpec = {}, rest: Partial<ConfigSpec> = {}) =>
  configOf({
    networks: { "10.0.0.0/24": { ...HOME, ...network } },
    ...(names === undefined ? {} : { names: { ...POLICY, ...names } }),
    ...rest,
  });

const selecting = (spec: MessageSpec = {}) => request({ server: "10.0.0.1", requested: "10.0.0.100", ...spec });
const renewing = (spec: MessageSpec = {}) => request({ ciaddr: "10.0.0.100", ...spec });

/** What the reply has as option 81, and what is on record after it. */
function outcome(server: Server, asked: Message, at = AT): { readonly option: string | undefined; readonly record: string | undefined } {
  const decision = server.decide(asked, asked.ciaddr === 0 ? {} : unicastFrom("10.0.0.100"));
  const option = decision.kind === "reply" ? fqdnText(optionValue(decision.message, 81)) : undefined;
  return { option, record: nameText(server.table.byAddress(at)?.owner) };
}

const bound = (names: Partial<NamePolicy>, spec: MessageSpec, network: NetworkSpec = {}) =>
  outcome(serverOf(config(names, network)), selecting(spec));

const PRINTER: NetworkSpec = {
  reservations: [{ address: "10.0.0.100", match: [{ kind: "chaddr", chaddr: mac(ALICE) }], hostname: "Printer" }],
};

describe("the name of a client", () => {
  describe("that only a reservation can say", () => {
    const record = (hostname: string) => bound({}, { hostname }).record;
    const TABOO = [
      "wpad",
      "WPAD.home.lan",
      "isatap",
      "localhost",
      "localhost.",
      "wpad.example.org",
      "pc.localhost",
      "home.lan",
      "*.home.lan",
    ];
    for (const said of TABOO) test(`${said}: the client goes without`, () => assert.equal(record(said), "none"));
    for (const said of ["wpad2", "local", "ns"]) {
      test(`${said} is none of these`, () => assert.equal(record(said), `${said}.home.lan forward reverse`));
    }
    test("and a reservation does", () => {
      const network = { reservations: [{ ...PRINTER.reservations?.[0], hostname: "wpad" }] } as NetworkSpec;
      assert.equal(bound({}, {}, network).record, "wpad.home.lan forward reverse reserved");
    });
  });

  describe("who sees to it, by the flags of option 81 (RFC 4702 section 4)", () => {
    for (const [asked, updates] of UPDATES) {
      for (const policy of Object.keys(POLICIES) as PolicyName[]) {
        const names = POLICIES[policy];
        const seen = updates[policy];
        for (const encoding of ["E", ""]) {
          const full =
            encoding === "E" ? (name: string) => name : (name: string) => name.replaceAll(/<\d+>/g, (one) => (one === "<0>" ? "" : "."));
          const answer = (name: string, flags = (ANSWERS[asked] as Record<string, string>)[seen]) => {
            const letters = [...(flags as string)].filter((letter) => letter !== "N").join("");
            return `${letters}${encoding}${flags?.includes("N") ? "N" : ""} ${full(name).replace(/^\./, "")}`;
          };
          test(`"${asked}${encoding}", policy ${policy}`, () => {
            const spec = (name: string): MessageSpec => ({ more: [fqdn(`${asked}${encoding}`, name)] });
            assert.deepEqual(bound(names, spec("PC")), {
              option: answer("<2>pc<4>home<3>lan<0>"),
              record: recordText("pc.home.lan", asked, seen),
            });
            assert.deepEqual(bound(names, spec("PC"), PRINTER), {
              option: answer("<7>printer<4>home<3>lan<0>"),
              record: recordText("printer.home.lan", asked, seen, ["reserved"]),
            });
            assert.deepEqual(bound({ ...names, generates: true }, spec("")), {
              option: answer("<10>10-0-0-100<4>home<3>lan<0>"),
              record: recordText("10-0-0-100.home.lan", asked, seen, ["generated"]),
            });
            // Without any name there is nothing to see to.
            assert.deepEqual(bound(names, spec("")), {
              option: answer("", asked === "S" ? "ON" : "N"),
              record: recordText("", asked, "-"),
            });
          });
        }
      }
    }
  });

  describe("without option 81, or with one that wants updates and none, this server sees to it", () => {
    for (const policy of Object.keys(POLICIES) as PolicyName[]) {
      for (const more of [[], [fqdn("NSE", "other")], [{ code: 81, data: Uint8Array.of(4) }]]) {
        test(`${policy}, ${more.length === 0 ? "none" : more[0]?.data.length}`, () => {
          const record = (name: string, flags = "") => (policy === "off" ? "none" : `${name}.home.lan forward reverse${flags}`);
          const names = POLICIES[policy];
          const option = undefined;
          assert.deepEqual(bound(names, { hostname: "My PC", more }), { option, record: record("my-pc") });
          assert.deepEqual(bound(names, { hostname: "My PC", more }, PRINTER), { option, record: record("printer", " reserved") });
          assert.deepEqual(bound(names, { more }, PRINTER), { option, record: record("printer", " reserved") });
          assert.deepEqual(bound({ ...names, generates: true }, { more }), { option, record: record("10-0-0-100", " generated") });
          assert.deepEqual(bound(names, { more }), { option, record: "none" });
        });
      }
    }
  });

  describe("which name", () => {
    const cases: readonly [what: string, names: Partial<NamePolicy>, spec: MessageSpec, network: NetworkSpec, record: string][] = [
      ["whole", {}, { hostname: "pc.example.net" }, {}, "pc.example.net forward reverse"],
      ["option 81 before option 12", {}, { hostname: "box", more: [fqdn("SE", "pc")] }, {}, "pc.home.lan forward reverse"],
      ["option 12 where option 81 has none", {}, { hostname: "box", more: [fqdn("SE", "")] }, {}, "box.home.lan forward reverse"],
      ["whole, of a single label", {}, { more: [fqdn("SE", "pc.")] }, {}, "pc.home.lan forward reverse"],
      ["partial, with a dot", {}, { more: [fqdn("SE", "pc.lab")] }, {}, "pc.lab.home.lan forward reverse partial"],
      ["partial, with the suffix already", {}, { more: [fqdn("SE", "pc.home.lan")] }, {}, "pc.home.lan forward reverse partial"],
      ["text with a space", {}, { more: [fqdn("S", "My PC")] }, {}, "my-pc.home.lan forward reverse"],
      ["nothing that can be used", {}, { hostname: "\u6771\u4eac" }, {}, "none"],
      [
        "nothing that can be used, and one is made",
        { generates: true },
        { hostname: "-" },
        {},
        "10-0-0-100.home.lan forward reverse generated",
      ],
      ["the domain of the client", { suffix: undefined }, { hostname: "pc" }, {}, "pc.example.org forward reverse"],
      ["that of its reservation", { suffix: undefined }, { hostname: "pc" }, withDomain("Lab."), "printer.lab forward reverse reserved"],
      ["the suffix before the domain", {}, { hostname: "pc" }, withDomain("lab"), "printer.home.lan forward reverse reserved"],
      ["no domain", { suffix: undefined }, { hostname: "pc" }, { options: {} }, "none"],
      ["a domain that is none", { suffix: undefined, generates: true }, { hostname: "pc" }, { options: { 15: text("a..b") } }, "none"],
      ["whole, and no domain", { suffix: undefined }, { hostname: "pc.lab" }, { options: {} }, "pc.lab forward reverse"],
      ["made, and no domain", { suffix: undefined, generates: true }, {}, { options: {} }, "none"],
      ["too long with the suffix", {}, { more: [fqdn("SE", `${"x".repeat(63)}.`.repeat(3) + "x".repeat(56))] }, {}, "none partial"],
      ["a reserved name that is none", {}, { hostname: "pc" }, reserved("\u6771"), "pc.home.lan forward reverse"],
    ];
    for (const [what, names, spec, network, record] of cases) test(what, () => assert.equal(bound(names, spec, network).record, record));
  });

  describe("option 81 of the reply", () => {
    const cases: readonly [what: string, letters: string, name: string, expected: string][] = [
      ["what does not change stays as it is", "SE", "PC.Home.Lan.", "SE <2>PC<4>Home<3>Lan<0>"],
      ["also as text", "S", "PC.Home.Lan.", "S PC.Home.Lan."],
      ["a shorter name of the same beginning", "SE", "pc.home.", "SE <2>pc<4>home<0>"],
      ["a dot is told from a label", "SE", "p-c.home.lan.", "SE <3>p-c<4>home<3>lan<0>"],
      ["an underscore", "SE", "p_c.home.lan.", "SE <3>p-c<4>home<3>lan<0>"],
      ["other bits of the client are ignored", "SOE", "pc", "SE <2>pc<4>home<3>lan<0>"],
    ];
    for (const [what, letters, name, expected] of cases) {
      test(what, () => {
        const option = letters.includes("E") && name.endsWith(".") ? { code: 81, data: whole(letters, name) } : fqdn(letters, name);
        assert.equal(bound({}, { more: [option] }).option, expected);
      });
    }

    test("that of the reservation is told, however like it the client's is", () => {
      const named = (hostname: string, said: string) =>
        bound({}, { more: [{ code: 81, data: whole("SE", said) }] }, reserved(hostname)).option;
      assert.equal(named("a-b", "a.b.home.lan."), "SE <3>a-b<4>home<3>lan<0>");
      assert.equal(named("pc", "pc.home."), "SE <2>pc<4>home<3>lan<0>");
      assert.equal(named("pc", "pc.home.lan.net."), "SE <2>pc<4>home<3>lan<0>");
      assert.equal(named("pc", "Pc.Home.Lan."), "SE <2>Pc<4>Home<3>Lan<0>");
    });

    test("is the same in an OFFER; in the ACK of an INFORM nothing is seen to, for no lease goes with it", () => {
      const server = serverOf(config({ generates: true, overridesClient: true }));
      const more = [fqdn("SE", "pc")];
      const offer = server.decide(discover({ more }));
      assert.ok(offer.kind === "reply");
      assert.equal(fqdnText(optionValue(offer.message, 81)), "SE <2>pc<4>home<3>lan<0>");
      const told = server.decide(inform({ ciaddr: "10.0.0.200", more }), unicastFrom("10.0.0.200"));
      assert.ok(told.kind === "reply");
      assert.equal(fqdnText(optionValue(told.message, 81)), "OEN <2>pc<4>home<3>lan<0>");
      assert.deepEqual(told.changes, []);
    });

    test("without a policy it is as ever, and nothing is on record", () => {
      const more = [fqdn("SE", "PC")];
      const server = serverOf(config(undefined));
      assert.deepEqual(outcome(server, selecting({ more })), { option: "OEN <2>PC<7>example<3>org<0>", record: undefined });
      assert.equal(outcome(serverOf(config(undefined)), selecting({ more: [fqdn("NSE", "PC")] })).option, "OEN <2>PC<7>example<3>org<0>");
    });
  });

  test("the whole lease", () => {
    const server = serverOf(config({}));
    server.decide(selecting({ hostname: "My PC" }));
    const { owner, ...lease } = server.table.byAddress(AT) ?? {};
    assert.deepEqual(lease, { address: AT, state: 1, start: START, expiry: START + 3600 });
    assert.deepEqual([owner?.hostname, owner?.name], [text("My PC"), Uint8Array.of(3, ...text("my-pc.home.lan"))]);
  });
});

describe("a name stays while the client says nothing new", () => {
  const said: readonly [what: string, spec: MessageSpec, record: string][] = [
    ["a host name", { hostname: "pc" }, "pc.home.lan forward reverse"],
    ["it sees to its address records", { more: [fqdn("E", "pc")] }, "pc.home.lan reverse wantsOwn"],
    ["it wants no updates", { more: [fqdn("NE", "pc")] }, "none wantsNone"],
    ["a partial name with a dot", { more: [fqdn("SE", "pc.lab")] }, "pc.lab.home.lan forward reverse partial"],
  ];
  for (const [what, spec, record] of said) {
    test(`${what}: over a renewal without a word of it, and from DISCOVER to REQUEST`, () => {
      const server = serverOf(config({}));
      assert.equal(outcome(server, selecting(spec)).record, record);
      server.now += 1800;
      assert.equal(outcome(server, renewing()).record, record);
      const other = serverOf(config({}));
      other.decide(discover(spec));
      assert.equal(outcome(other, selecting()).record, record);
    });
  }

  test("what it says anew counts, and a flag of before does not stick to another name", () => {
    const server = serverOf(config({}));
    outcome(server, selecting({ more: [fqdn("NE", "pc")] }));
    assert.equal(outcome(server, renewing({ hostname: "box" })).record, "box.home.lan forward reverse");
    assert.equal(outcome(server, renewing({ more: [fqdn("E", "")] })).record, "box.home.lan reverse wantsOwn");
  });

  describe("another policy counts from the next renewal on, which is written for it", () => {
    const cases: readonly [what: string, after: Partial<NamePolicy> | undefined, network: NetworkSpec, record: string | undefined][] = [
      ["another suffix", { suffix: "lab" }, {}, "pc.lab reverse wantsOwn"],
      ["updates off", { updates: false }, {}, "none wantsOwn"],
      ["clients are overridden", { overridesClient: true }, {}, "pc.home.lan forward reverse wantsOwn"],
      ["reserved", {}, PRINTER, "printer.home.lan reverse reserved wantsOwn"],
      ["no names at all", undefined, {}, undefined],
    ];
    for (const [what, after, network, record] of cases) {
      for (const [kept, message] of [
        ["with a word of it", renewing({ more: [fqdn("E", "pc")] })],
        ["without", renewing()],
      ] as const) {
        test(`${what}, ${kept}`, () => {
          const rest = { cacheThreshold: 50 };
          const server = serverOf(config({}, {}, rest));
          outcome(server, selecting({ more: [fqdn("E", "pc")] }));
          server.now += 60;
          // Nothing is new: nothing is written.
          assert.deepEqual(server.consider(message, unicastFrom("10.0.0.100")).changes, []);
          server.reload(config(after, network, rest));
          assert.equal(outcome(server, message).record, record);
          assert.equal(server.table.byAddress(AT)?.start, server.now);
          assert.deepEqual(server.consider(message, unicastFrom("10.0.0.100")).changes, []);
        });
      }
    }
  });

  test("names come with the next renewal to leases of before", () => {
    const server = serverOf(config(undefined, {}, { cacheThreshold: 50 }));
    assert.equal(outcome(server, selecting({ hostname: "pc" })).record, undefined);
    server.reload(config({}, {}, { cacheThreshold: 50 }));
    assert.equal(outcome(server, renewing()).record, "pc.home.lan forward reverse");
  });

  test("who comes to an address of somebody else has no name of theirs", () => {
    const server = serverOf(config({}));
    server.lease("10.0.0.100", { mac: "02:00:00:00:00:0b", hostname: "theirs", state: "expired", expiry: START });
    assert.equal(outcome(server, selecting()).record, "none");
  });
});

describe("every way to an address has a name", () => {
  const rapid: MessageSpec = { hostname: "pc", more: [{ code: 80, data: new Uint8Array(0) }] };
  test("rapid commit", () => {
    assert.equal(outcome(serverOf(config({}, {}, { rapidCommit: true })), discover(rapid)).record, "pc.home.lan forward reverse");
  });

  test("INIT-REBOOT", () => {
    assert.equal(outcome(serverOf(config({})), request({ requested: "10.0.0.100", hostname: "pc" })).record, "pc.home.lan forward reverse");
  });

  test("BOOTP, from a range and reserved; one that repeats itself is written again only for another name", () => {
    const bootp = message(undefined, { hostname: "pc" });
    const server = serverOf(config({}));
    assert.equal(outcome(server, bootp).record, "pc.home.lan forward reverse");
    assert.deepEqual(server.consider(bootp).changes, []);
    server.reload(config({ suffix: "lab" }));
    assert.equal(server.consider(bootp).changes?.length, 1);
    assert.equal(outcome(server, bootp).record, "pc.lab forward reverse");
    assert.equal(outcome(serverOf(config({}, PRINTER)), message(undefined)).record, "printer.home.lan forward reverse reserved");
  });

  test("an offer changes no lease", () => {
    const server = serverOf(config({}));
    outcome(server, selecting({ hostname: "pc" }));
    assert.equal(outcome(server, discover({ hostname: "box" })).record, "pc.home.lan forward reverse");
  });
});

describe("a lease that is given by hand", () => {
  const cases: readonly [
    names: Partial<NamePolicy> | undefined,
    hostname: string | undefined,
    host: string | undefined,
    record: string | undefined,
  ][] = [
    [{}, "My PC", undefined, "my-pc.home.lan forward reverse"],
    [{}, "My PC", "Printer", "printer.home.lan forward reverse reserved"],
    [{}, undefined, undefined, "none"],
    [{ generates: true }, undefined, undefined, "10-0-0-100.home.lan forward reverse generated"],
    [{ suffix: undefined }, "pc", undefined, "pc.example.org forward reverse"],
    [{ updates: false }, "pc", undefined, "none"],
    [undefined, "pc", undefined, undefined],
  ];
  for (const [names, hostname, reserved, record] of cases) {
    test(`${hostname}, ${reserved}: ${record}`, () => {
      const of = config(names);
      const options = [(of.networks[0] as (typeof of.networks)[number]).options];
      const facts = { address: AT, hostname: hostname === undefined ? undefined : text(hostname), reserved };
      assert.equal(nameText({ name: nameByHand(of, { number: 0, options }, facts) }), record);
    });
  }
});

test("it is explained", () => {
  const lines = (names: Partial<NamePolicy>, asked: Message, network: NetworkSpec = {}) =>
    serverOf(config(names, network))
      .explain(asked, asked.ciaddr === 0 ? {} : unicastFrom("10.0.0.200"))
      .filter((line) => line.startsWith("client-"));
  assert.deepEqual(lines({}, selecting({ more: [fqdn("SE", "pc")] })), [
    "client-name: pc.home.lan (the client's own): this server updates its records, forward and reverse",
    "client-fqdn: option 81 is answered: this server updates its records, forward and reverse",
  ]);
  assert.deepEqual(lines({}, discover({ more: [fqdn("E", "pc")] }), PRINTER), [
    "client-name: printer.home.lan (reserved): this server updates its reverse records, the client the others",
    "client-fqdn: option 81 is answered: this server updates its reverse records, the client the others",
  ]);
  assert.deepEqual(lines({}, selecting({ more: [fqdn("NE", "pc")] })), [
    "client-name: pc.home.lan (the client's own): refused, the client wants no updates",
    "client-fqdn: option 81 is answered: this server updates no DNS",
  ]);
  assert.deepEqual(lines({ updates: false, generates: true }, selecting()), [
    "client-name: 10-0-0-100.home.lan (generated from its address): refused, enable_updates is off",
  ]);
  assert.deepEqual(lines({}, inform({ ciaddr: "10.0.0.200", hostname: "pc" })), [
    "client-name: pc.home.lan (the client's own): refused, no address goes with it",
  ]);
  assert.deepEqual(lines({}, message(undefined)), ["client-name: none: the client tells none that can be used, and none is made"]);
});

test("whatever stands in options 12 and 81, there is a name of the DNS or none, and the reply can be read", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, fc.boolean(), (hostName, fqdnValue, generates) => {
      const more = [
        { code: 12, data: hostName },
        { code: 81, data: fqdnValue },
      ];
      const { option, record = "" } = outcome(serverOf(config({ generates })), selecting({ more }));
      assert.match(record, /^(none|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+)( |$)/);
      if (option !== undefined) assert.match(option, /^S?O?E?N? /);
    }),
    { numRuns: 300 },
  );
});

function withDomain(domain: string): NetworkSpec {
  const [printer] = PRINTER.reservations ?? [];
  return printer === undefined ? {} : { reservations: [{ ...printer, options: { 15: text(domain), 3: addresses("10.0.0.1") } }] };
}

function reserved(hostname: string): NetworkSpec {
  const [printer] = PRINTER.reservations ?? [];
  return printer === undefined ? {} : { reservations: [{ ...printer, hostname }] };
}

/** Option 81 with a whole name, in the form of RFC 1035. */
function whole(letters: string, name: string): Uint8Array {
  return Uint8Array.of(...fqdn(letters, name.slice(0, -1)).data, 0);
}
