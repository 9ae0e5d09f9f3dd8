import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { optionValue } from "../../../src/wire/dhcp4/options.ts";
import { type NetworkSpec, text } from "../support/config.ts";
import { home } from "../support/home.ts";
import { ALICE, discover, inform, type MessageSpec, mac, request } from "../support/messages.ts";
import { ETH0 } from "../support/server.ts";

/** Option 81: flags, two bytes that are to be ignored, and the name. */
const fqdn = (flags: number, name: Uint8Array): MessageSpec => ({ more: [{ code: 81, data: Uint8Array.of(flags, 1, 2, ...name) }] });

/** A name in the form of RFC 1035; a partial one without its root label. */
const wire = (name: string): Uint8Array => Uint8Array.from(name.split(".").flatMap((label) => [label.length, ...text(label)]));

/** Option 81 of an OFFER: flags and codes in hex, then the name, its length bytes as decimal numbers in angle brackets. */
function answer(spec: MessageSpec, network: NetworkSpec = {}): string | undefined {
  const decision = home(network).decide(discover(spec));
  assert.equal(decision.kind, "reply");
  const data = decision.kind === "reply" ? optionValue(decision.message, 81) : undefined;
  if (data === undefined) return undefined;
  const name = [...data.subarray(3)].map((byte) => (byte < 64 && byte !== 46 ? `<${byte}>` : String.fromCharCode(byte))).join("");
  return `${toHex(data.subarray(0, 3))} ${name}`;
}

const RESERVED: NetworkSpec = {
  reservations: [{ address: "10.0.0.7", match: [{ kind: "chaddr", chaddr: mac(ALICE) }], hostname: "printer" }],
};
const RESERVED_WHOLE: NetworkSpec = {
  reservations: [{ address: "10.0.0.7", match: [{ kind: "chaddr", chaddr: mac(ALICE) }], hostname: "printer.example.net" }],
};
const NO_DOMAIN: NetworkSpec = { options: {} };

describe("client FQDN (RFC 4702)", () => {
  describe("flags: N for no updates at all, O where the client wanted one, E as the client has it; the codes are 255 (sections 2.1, 2.2 and 4)", () => {
    const cases: readonly [name: string, flags: number, expected: string][] = [
      ["the client updates by itself", 0x04, "0cffff"],
      ["the client wants the server to update", 0x05, "0effff"],
      ["the client wants no updates", 0x0c, "0cffff"],
      ["contradictory", 0x0d, "0effff"],
      ["unassigned bits are cleared, O of a client is ignored", 0xf6, "0cffff"],
      ["the old encoding", 0x01, "0affff"],
    ];
    for (const [name, flags, expected] of cases) {
      test(name, () => assert.equal(answer(fqdn(flags, new Uint8Array(0)))?.slice(0, 6), expected));
    }
  });

  describe("the name, in the client's encoding (section 4)", () => {
    const cases: readonly [name: string, flags: number, field: Uint8Array, network: NetworkSpec, expected: string][] = [
      ["whole: as it is", 4, wire("pc.Example.net."), {}, "<2>pc<7>Example<3>net<0>"],
      ["partial: completed", 4, wire("pc"), {}, "<2>pc<7>example<3>org<0>"],
      ["partial with two labels: completed", 4, wire("pc.lab"), {}, "<2>pc<3>lab<7>example<3>org<0>"],
      ["partial, and no domain is known", 4, wire("pc"), NO_DOMAIN, "<2>pc"],
      [
        "partial, and too long with the domain",
        4,
        wire(Array(4).fill("x".repeat(62)).join(".")),
        {},
        Array(4)
          .fill(`<62>${"x".repeat(62)}`)
          .join(""),
      ],
      ["left to the server, which has none", 4, new Uint8Array(0), {}, ""],
      ["left to the server by the root alone", 4, Uint8Array.of(0), {}, "<0>"],
      ["left to the server, which has a reservation", 4, new Uint8Array(0), RESERVED, "<7>printer<7>example<3>org<0>"],
      ["that of the reservation, no domain", 4, wire("pc.example.net."), { ...RESERVED, ...NO_DOMAIN }, "<7>printer"],
      ["that of the reservation, before the client's", 4, wire("pc.example.net."), RESERVED, "<7>printer<7>example<3>org<0>"],
      ["that of the reservation, completed", 4, wire("pc"), { ...RESERVED, options: { 15: text("lab") } }, "<7>printer<3>lab<0>"],
      ["that of the reservation, whole", 4, wire("pc"), RESERVED_WHOLE, "<7>printer<7>example<3>net<0>"],
      ["text, whole", 0, text("pc.example.net"), {}, "pc.example.net"],
      ["text, whole, with the dot at the end as it is", 0, text("pc.example.net."), {}, "pc.example.net."],
      ["text with a space", 0, text("a b.net"), {}, "a<32>b.net"],
      ["text, a single label: completed", 0, text("pc"), {}, "pc.example.org"],
      ["text, a single label, and no domain is known", 0, text("pc"), NO_DOMAIN, "pc"],
      ["text, that of the reservation", 0, text("pc.example.net"), { ...RESERVED, options: { 15: text("lab.") } }, "printer.lab"],
      ["a domain that is none", 4, wire("pc"), { options: { 15: text("a..b") } }, "<2>pc"],
    ];
    for (const [name, flags, field, network, expected] of cases) {
      test(name, () => {
        const given = answer(fqdn(flags, field), { options: { 15: text("example.org") }, ...network });
        assert.equal(given?.slice(7), expected);
      });
    }
  });

  describe("not answered", () => {
    const cases: readonly [name: string, spec: MessageSpec][] = [
      ["not sent, though asked for", { prl: [81] }],
      ["too short", { more: [{ code: 81, data: Uint8Array.of(4, 0) }] }],
      ["a label that runs over the end", fqdn(4, Uint8Array.of(5, 97))],
      ["a compressed name", fqdn(4, Uint8Array.of(0xc0, 0))],
      ["something behind the end of the name", fqdn(4, Uint8Array.of(1, 97, 0, 1, 97))],
      ["a label with a dot", fqdn(4, Uint8Array.of(3, 97, 46, 97))],
      ["a label with a control character", fqdn(4, Uint8Array.of(2, 97, 10))],
      ["too long", fqdn(4, wire(Array(5).fill("x".repeat(60)).join(".")))],
      ["text with an empty label", fqdn(0, text("a..b"))],
      ["text with a label that is too long", fqdn(0, text("x".repeat(64)))],
      ["text with a control character", fqdn(0, text("a\tb"))],
    ];
    for (const [name, spec] of cases) test(name, () => assert.equal(answer(spec), undefined));
  });

  test("in OFFER and ACK, behind the settings and before the echoes, whether asked for or not; not in a NAK", () => {
    const spec: MessageSpec = { ...fqdn(5, wire("pc")), prl: [6], id: "alice", mac: ALICE };
    const option = `81 0effff${toHex(wire("pc.example.org."))}`;
    const server = home();
    for (const outcome of [
      server.receive(discover(spec)),
      server.receive(request({ ...spec, server: "10.0.0.1", requested: "10.0.0.100" })),
      server.receive(inform({ ...spec, ciaddr: "10.0.0.100" })),
    ]) {
      assert.deepEqual(outcome.options?.slice(-4), ["6 10.0.0.53", "3 10.0.0.1", option, "61 alice"]);
    }
    const nak = server.receive(request({ ...spec, requested: "192.0.2.1" }));
    assert.deepEqual(nak.options, ["53 NAK", "54 10.0.0.1", "56 the address is not on this network", "61 alice"]);
  });

  test("pieces of a long option are one (RFC 3396)", () => {
    const [first, second] = [Uint8Array.of(4, 0, 0, 2, 112), Uint8Array.of(99)];
    assert.equal(
      answer({
        more: [
          { code: 81, data: first },
          { code: 81, data: second },
        ],
      }),
      "0cffff <2>pc<7>example<3>org<0>",
    );
  });

  test("one that is configured is not sent", () => {
    assert.equal(answer({ prl: [81] }, { options: { 81: { always: text("x") } } }), undefined);
  });

  describe("the name that is kept with the lease", () => {
    const cases: readonly [name: string, spec: MessageSpec, expected: string | undefined][] = [
      ["of option 81", fqdn(4, wire("pc.example.net.")), "pc.example.net"],
      ["of option 81, partial", fqdn(4, wire("pc")), "pc"],
      ["of option 81, as text", fqdn(0, text("pc.example.net.")), "pc.example.net"],
      ["of option 81 before option 12 (section 4)", { ...fqdn(4, wire("pc")), hostname: "box" }, "pc"],
      ["of option 12 when option 81 has none", { ...fqdn(4, new Uint8Array(0)), hostname: "box" }, "box"],
      ["of option 12 when option 81 can't be read", { ...fqdn(4, Uint8Array.of(9)), hostname: "box" }, "box"],
      ["none", fqdn(4, new Uint8Array(0)), undefined],
    ];
    for (const [name, spec, expected] of cases) {
      test(name, () => {
        const server = home();
        server.receive(request({ ...spec, server: "10.0.0.1", requested: "10.0.0.100" }));
        const kept = server.table.byAddress(0x0a000064)?.owner.hostname;
        assert.equal(kept && new TextDecoder().decode(kept), expected);
      });
    }
  });

  test("any bytes are answered in a form that says what it is, or not at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (data, isWire) => {
        if (data.length > 0) data[0] = isWire ? (data[0] as number) | 4 : (data[0] as number) & ~4;
        const decision = home().decide(discover({ more: [{ code: 81, data }] }), { interface: ETH0 });
        const reply = decision.kind === "reply" ? optionValue(decision.message, 81) : undefined;
        if (reply === undefined) return;
        assert.equal((reply[0] as number) & 4, (data[0] as number) & 4);
        assert.ok(reply.length >= 3 && reply.length <= 3 + 255);
      }),
    );
  });
});
