import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { NamePolicy } from "../../../src/config/model/names.ts";
import { nameByHand } from "../../../src/engine/dhcp6/client-name.ts";
import { FqdnFlag } from "../../../src/wire/dhcp6/client-fqdn.ts";
import { iaAddressOption, iaOption } from "../../../src/wire/dhcp6/identity-association.ts";
import type { Message, Option } from "../../../src/wire/dhcp6/message.ts";
import { optionValue } from "../../../src/wire/dhcp6/options.ts";
import { address, type ConfigSpec, configOf, type NetworkSpec, prefix } from "../support/dhcp6/config.ts";
import { ALICE, duid, flag, type MessageSpec, message } from "../support/dhcp6/messages.ts";
import { HOME, type Server, serverOf, type Way } from "../support/dhcp6/server.ts";
import { ANSWERS, nameText, POLICIES, POLICY, type PolicyName, recordText, UPDATES } from "../support/names.ts";

const FIRST = "2001:db8:1::100";
const SECOND = "2001:db8:1::101";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
/** A name in the form of RFC 1035; a partial one without a dot at its end. */
const wire = (name: string): number[] => (name === "" ? [] : name.split(".").flatMap((label) => [label.length, ...text(label)]));

/** Option 39: flags by their letters, and a name. */
function fqdn(letters: string, name: string): Option {
  const flags = [...letters].reduce((sum, letter) => sum | FqdnFlag[letter as keyof typeof FqdnFlag], 0);
  return { code: 39, data: Uint8Array.of(flags, ...wire(name)) };
}

function fqdnText(data: Uint8Array | undefined): string | undefined {
  if (data === undefined) return undefined;
  const flags = Object.entries(FqdnFlag).flatMap(([letter, bit]) => (((data[0] as number) & bit) === 0 ? [] : [letter]));
  const name = [...data.subarray(1)].map((byte) => (byte < 45 ? `<${byte}>` : String.fromCharCode(byte))).join("");
  return `${flags.join("")} ${name}`;
}

const config = (names: Partial<NamePolicy> | undefined, network: NetworkSpec = {}, more: ConfigSpec["more"] = {}) =>
  configOf({
    networks: { "2001:db8:1::/64": { ...HOME, options: { 24: Uint8Array.of(...wire("Example.org."), ...wire("lab.")) }, ...network } },
    more: { ...more, ...(names === undefined ? {} : { names: { ...POLICY, ...names } }) },
  });

const request = (more: readonly Option[], spec: MessageSpec = {}) => message("REQUEST", { na: { 1: [FIRST] }, asks: [39], more, ...spec });
const renew = (more: readonly Option[], spec: MessageSpec = {}) => message("RENEW", { na: { 1: [FIRST] }, asks: [39], more, ...spec });

function outcome(server: Server, asked: Message, at = FIRST): { readonly option: string | undefined; readonly record: string | undefined } {
  const decision = server.decide(asked);
  const option = decision.kind === "reply" ? fqdnText(optionValue(decision.message.options, 39)) : undefined;
  return { option, record: nameText(server.table.byAddress(prefix(at))?.owner) };
}

const bound = (names: Partial<NamePolicy>, more: readonly Option[], network: NetworkSpec = {}) =>
  outcome(serverOf(config(names, network)), request(more));

const PRINTER: NetworkSpec = {
  reservations: [{ addresses: [FIRST], match: [{ kind: "duid", value: duid(ALICE) }], hostname: "Printer" }],
};

describe("the name of a DHCPv6 client", () => {
  describe("who sees to it, by the flags of option 39 (RFC 4704 section 6)", () => {
    for (const [asked, updates] of UPDATES) {
      for (const policy of Object.keys(POLICIES) as PolicyName[]) {
        const names = POLICIES[policy];
        const seen = updates[policy];
        const answer = (ANSWERS[asked] as Record<string, string>)[seen];
        test(`"${asked}", policy ${policy}`, () => {
          assert.deepEqual(bound(names, [fqdn(asked, "PC")]), {
            option: `${answer} <2>pc<4>home<3>lan<0>`,
            record: recordText("pc.home.lan", asked, seen),
          });
          assert.deepEqual(bound(names, [fqdn(asked, "PC")], PRINTER), {
            option: `${answer} <7>printer<4>home<3>lan<0>`,
            record: recordText("printer.home.lan", asked, seen, ["reserved"]),
          });
          assert.deepEqual(bound({ ...names, generates: true }, [fqdn(asked, "")]), {
            option: `${answer} <15>2001-db8-1--100<4>home<3>lan<0>`,
            record: recordText("2001-db8-1--100.home.lan", asked, seen, ["generated"]),
          });
          // Without any name there is nothing to see to.
          assert.deepEqual(bound(names, [fqdn(asked, "")]), {
            option: `${asked === "S" ? "ON" : "N"} `,
            record: recordText("", asked, "-"),
          });
        });
      }
    }
  });

  describe("without option 39, or with one that wants updates and none, this server sees to it", () => {
    for (const policy of Object.keys(POLICIES) as PolicyName[]) {
      for (const more of [[], [fqdn("NS", "other")], [{ code: 39, data: Uint8Array.of(1, 9, 97) }]]) {
        test(`${policy}, ${more.length === 0 ? "none" : more[0]?.data.length}`, () => {
          const record = (name: string, flags: string) => (policy === "off" ? "none" : `${name}.home.lan forward reverse ${flags}`);
          const names = POLICIES[policy];
          const option = undefined;
          assert.deepEqual(bound(names, more, PRINTER), { option, record: record("printer", "reserved") });
          assert.deepEqual(bound({ ...names, generates: true }, more), { option, record: record("2001-db8-1--100", "generated") });
          assert.deepEqual(bound(names, more), { option, record: "none" });
        });
      }
    }
  });

  describe("which name", () => {
    const cases: readonly [what: string, names: Partial<NamePolicy>, name: string, network: NetworkSpec, record: string][] = [
      ["whole", {}, "pc.example.net.", {}, "pc.example.net forward reverse"],
      ["whole, of a single label", {}, "pc.", {}, "pc.home.lan forward reverse"],
      ["partial, with a dot", {}, "pc.lab", {}, "pc.lab.home.lan forward reverse partial"],
      ["with a space", {}, "My PC", {}, "my-pc.home.lan forward reverse"],
      ["the first domain of the client", { suffix: undefined }, "pc", {}, "pc.example.org forward reverse"],
      ["no domain", { suffix: undefined }, "pc", { options: {} }, "none"],
      ["domains that are none", { suffix: undefined }, "pc", { options: { 24: Uint8Array.of(9, 1) } }, "none"],
      ["the root as domain", { suffix: undefined }, "pc", { options: { 24: Uint8Array.of(0) } }, "none"],
      ["made, and no domain", { suffix: undefined, generates: true }, "", { options: {} }, "none"],
    ];
    for (const [what, names, name, network, record] of cases)
      test(what, () => assert.equal(bound(names, [fqdn("S", name)], network).record, record));
  });

  describe("a name of the address has no dash at an end, and the longest run of zeros left out", () => {
    for (const [range, expected] of [
      ["2001:db8:1::ff 2001:db8:1::ff", "2001-db8-1--ff"],
      ["2001:db8:1:0:1:2:3:4 2001:db8:1:0:1:2:3:4", "2001-db8-1-0-1-2-3-4"],
      ["2001:db8:1:0:1:: 2001:db8:1:0:1::", "2001-db8-1-0-1--0"],
    ] as const) {
      test(expected, () => {
        const [at = ""] = range.split(" ");
        const server = serverOf(config({ generates: true }, { ranges: [range] }));
        const record = outcome(server, message("REQUEST", { na: { 1: [at] } }), at).record;
        assert.equal(record, `${expected}.home.lan forward reverse generated`);
      });
    }

    test("::1", () => {
      const networks = { "::/64": { ranges: ["::1 ::1"], interfaces: ["eth0"] } };
      const server = serverOf(configOf({ networks, more: { names: { ...POLICY, generates: true } } }));
      assert.equal(outcome(server, message("REQUEST", { na: { 1: [] } }), "::1").record, "0--1.home.lan forward reverse generated");
    });
  });

  describe("several leases of one message", () => {
    test("all addresses have the same name, a prefix has none", () => {
      const server = serverOf(config({}));
      const asked = message("REQUEST", { na: { 1: [FIRST], 2: [SECOND] }, pd: { 1: ["2001:db8:8000::/56"] }, more: [fqdn("S", "pc")] });
      assert.equal(outcome(server, asked, FIRST).record, "pc.home.lan forward reverse");
      assert.equal(nameText(server.table.byAddress(prefix(SECOND))?.owner), "pc.home.lan forward reverse");
      assert.equal(nameText(server.table.byAddress(prefix("2001:db8:8000::/56"))?.owner), undefined);
      assert.notEqual(server.table.byAddress(prefix("2001:db8:8000::/56")), undefined);
    });

    test("a name that is made is of the first address, and stays so whichever of them is renewed", () => {
      const server = serverOf(config({ generates: true }));
      outcome(server, message("REQUEST", { na: { 5: [FIRST], 6: [SECOND] } }));
      const record = "2001-db8-1--100.home.lan forward reverse generated";
      const records = () => [FIRST, SECOND].map((at) => nameText(server.table.byAddress(prefix(at))?.owner));
      assert.deepEqual(records(), [record, record]);
      server.decide(message("RENEW", { na: { 6: [SECOND] } }));
      assert.deepEqual(records(), [record, record]);
      server.decide(message("RELEASE", { na: { 5: [FIRST] } }));
      server.decide(message("RENEW", { na: { 1: ["2001:db8:1::102"], 6: [SECOND] } }));
      assert.deepEqual(
        [SECOND, "2001:db8:1::102"].map((at) => nameText(server.table.byAddress(prefix(at))?.owner)),
        [record, record],
      );
      // Another suffix is another name.
      server.reload(config({ generates: true, suffix: "lab" }));
      server.decide(message("RENEW", { na: { 6: [SECOND] } }));
      assert.equal(nameText(server.table.byAddress(prefix(SECOND))?.owner), "2001-db8-1--101.lab forward reverse generated");
    });

    test("the domain is that of an address, though a prefix comes first", () => {
      const prefixPools = [{ pool: "2001:db8:8000::/40 56", options: { 24: Uint8Array.of(...wire("elsewhere.")) } }];
      const server = serverOf(config({ suffix: undefined }, { prefixPools }));
      const na = iaOption(3, 1, 0, 0, [iaAddressOption(address(FIRST), 0, 0)]);
      const asked = message("REQUEST", { pd: { 1: ["2001:db8:8000::/56"] }, more: [na, fqdn("S", "pc")] });
      assert.equal(outcome(server, asked).record, "pc.example.org forward reverse");
    });

    test("with a prefix alone nothing is seen to", () => {
      const server = serverOf(config({ generates: true }));
      const asked = message("REQUEST", { pd: { 1: ["2001:db8:8000::/56"] }, asks: [39], more: [fqdn("S", "pc")] });
      assert.deepEqual(outcome(server, asked, "2001:db8:8000::/56"), { option: "ON <2>pc<4>home<3>lan<0>", record: undefined });
    });
  });

  describe("option 39 of the reply", () => {
    test("what does not change stays as it is", () => {
      assert.equal(bound({}, [fqdn("S", "PC.Home.Lan.")]).option, "S <2>PC<4>Home<3>Lan<0>");
    });

    test("only to those who ask for it", () => {
      assert.equal(outcome(serverOf(config({})), request([fqdn("S", "pc")], { asks: [23] })).option, undefined);
    });

    test("is the same in an ADVERTISE; to an INFORMATION-REQUEST nothing is seen to", () => {
      const server = serverOf(config({ generates: true }));
      const spec: MessageSpec = { asks: [39], more: [fqdn("S", "pc")] };
      assert.equal(outcome(server, message("SOLICIT", { ...spec, na: { 1: [] } })).option, "S <2>pc<4>home<3>lan<0>");
      assert.equal(outcome(server, message("INFORMATION-REQUEST", spec)).option, "ON <2>pc<4>home<3>lan<0>");
      assert.equal(
        outcome(server, message("INFORMATION-REQUEST", { ...spec, more: [fqdn("S", "")] })).option,
        "ON ",
        "no name is made of no address",
      );
    });

    test("without a policy it is as ever, and nothing is on record", () => {
      assert.deepEqual(outcome(serverOf(config(undefined)), request([fqdn("S", "PC")])), { option: "ON <2>PC", record: undefined });
      assert.equal(outcome(serverOf(config(undefined)), request([fqdn("NS", "PC")])).option, "ON <2>PC");
    });
  });
});

describe("a name stays while the client says nothing new", () => {
  const said: readonly [what: string, more: readonly Option[], record: string][] = [
    ["for the server to see to", [fqdn("S", "pc")], "pc.home.lan forward reverse"],
    ["for itself to see to", [fqdn("", "pc")], "pc.home.lan reverse wantsOwn"],
    ["for nobody to see to", [fqdn("N", "pc")], "none wantsNone"],
    ["partial, with a dot", [fqdn("S", "pc.lab")], "pc.lab.home.lan forward reverse partial"],
  ];
  for (const [what, more, record] of said) {
    test(what, () => {
      const server = serverOf(config({}));
      assert.equal(outcome(server, request(more)).record, record);
      server.now += 1000;
      assert.equal(outcome(server, renew([])).record, record);
      assert.equal(outcome(server, message("REBIND", { na: { 1: [FIRST] } })).record, record);
    });
  }

  describe("another policy counts from the next renewal on, which is written for it", () => {
    const cases: readonly [what: string, after: Partial<NamePolicy> | undefined, network: NetworkSpec, record: string | undefined][] = [
      ["another suffix", { suffix: "lab" }, {}, "pc.lab forward reverse"],
      ["updates off", { updates: false }, {}, "none"],
      ["reserved", {}, PRINTER, "printer.home.lan forward reverse reserved"],
      ["no names at all", undefined, {}, undefined],
    ];
    for (const [what, after, network, record] of cases) {
      for (const more of [[fqdn("S", "pc")], []]) {
        test(`${what}, ${more.length === 0 ? "without" : "with"} a word of it`, () => {
          const server = serverOf(config({}, {}, { cacheThreshold: 50 }));
          outcome(server, request([fqdn("S", "pc")]));
          server.now += 60;
          assert.deepEqual(server.consider(renew(more)).changes, undefined);
          server.reload(config(after, network, { cacheThreshold: 50 }));
          assert.equal(outcome(server, renew(more)).record, record);
          assert.equal(server.table.byAddress(prefix(FIRST))?.start, server.now);
          assert.deepEqual(server.consider(renew(more)).changes, undefined);
        });
      }
    }
  });
});

describe("every way to an address has a name", () => {
  test("rapid commit", () => {
    const server = serverOf(config({}, { rapidCommit: true }));
    const asked = message("SOLICIT", { na: { 1: [] }, more: [flag(14), fqdn("S", "pc")] });
    assert.equal(outcome(server, asked).record, "pc.home.lan forward reverse");
  });

  test("an address that a host registers (RFC 9686)", () => {
    const own = "2001:db8:1:0:aaaa::1";
    const server = serverOf(config({ generates: true }, {}, { addressRegistration: true }));
    const from: Way = { source: own };
    const record = (more: readonly Option[]) => {
      server.decide(message("ADDR-REG-INFORM", { more: [iaAddressOption(address(own), 1800, 3600), ...more] }), from);
      return nameText(server.table.byAddress(prefix(own))?.owner);
    };
    assert.equal(record([fqdn("S", "pc")]), "pc.home.lan forward reverse");
    assert.equal(record([fqdn("", "pc")]), "pc.home.lan reverse wantsOwn");
    assert.equal(record([]), "2001-db8-1-0-aaaa--1.home.lan forward reverse generated");
    const lines = server.explain(message("ADDR-REG-INFORM", { more: [iaAddressOption(address(own), 1800, 3600), fqdn("S", "pc")] }), from);
    assert.deepEqual(
      lines.filter((line) => line.startsWith("client-")),
      ["client-name: pc.home.lan (the client's own): this server updates its records, forward and reverse"],
    );
  });
});

describe("a lease that is given by hand", () => {
  const cases: readonly [
    names: Partial<NamePolicy> | undefined,
    leased: string,
    hostname: string | undefined,
    record: string | undefined,
  ][] = [
    [{}, FIRST, "My PC", "my-pc.home.lan forward reverse"],
    [{ generates: true }, FIRST, undefined, "2001-db8-1--100.home.lan forward reverse generated"],
    [{ suffix: undefined }, FIRST, "pc", "pc.example.org forward reverse"],
    [{}, "2001:db8:8000::/56", "pc", undefined],
    [undefined, FIRST, "pc", undefined],
  ];
  for (const [names, leased, hostname, record] of cases) {
    test(`${leased} ${hostname}: ${record}`, () => {
      const of = config(names);
      const options = [(of.networks[0] as (typeof of.networks)[number]).options];
      const facts = { address: prefix(leased), hostname: hostname === undefined ? undefined : text(hostname), reserved: undefined };
      assert.equal(nameText({ name: nameByHand(of, { number: 0, options }, facts) }), record);
    });
  }
});

test("the whole record of a name", () => {
  const server = serverOf(config({}));
  server.decide(request([fqdn("", "My PC")]));
  const owner = server.table.byAddress(prefix(FIRST))?.owner;
  assert.deepEqual([owner?.hostname, owner?.name], [text("My PC"), Uint8Array.of(2 + 32, ...text("my-pc.home.lan"))]);
});

test("it is explained", () => {
  const lines = (names: Partial<NamePolicy>, asked: Message) =>
    serverOf(config(names))
      .explain(asked)
      .filter((line) => line.startsWith("client-"));
  assert.deepEqual(lines({}, request([fqdn("", "pc")])), [
    "client-name: pc.home.lan (the client's own): this server updates its reverse records, the client the others",
    "client-fqdn: option 39 is answered: this server updates its reverse records, the client the others",
  ]);
  assert.deepEqual(lines({ generates: true }, message("SOLICIT", { na: { 1: [] } })), [
    "client-name: 2001-db8-1--100.home.lan (generated from its address): this server updates its records, forward and reverse",
  ]);
});

test("whatever stands in option 39, there is a name of the DNS or none", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (data, generates) => {
      const { record = "" } = bound({ generates }, [{ code: 39, data }]);
      assert.match(record, /^(none|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+)( |$)/);
    }),
    { numRuns: 300 },
  );
});
