import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide as decide4 } from "../../src/engine/dhcp4/decide.ts";
import { createDecider as createDecider4 } from "../../src/engine/dhcp4/decider.ts";
import { decide as decide6 } from "../../src/engine/dhcp6/decide.ts";
import { createDecider as createDecider6 } from "../../src/engine/dhcp6/decider.ts";
import { createLeaseTable as createTable4 } from "../../src/leases/dhcp4/table.ts";
import { createLeaseTable as createTable6 } from "../../src/leases/dhcp6/table.ts";
import { optionValue as optionValue4 } from "../../src/wire/dhcp4/options.ts";
import { optionValue as optionValue6 } from "../../src/wire/dhcp6/options.ts";
import { load } from "../config/load.ts";
import { address as address6 } from "./support/dhcp6/config.ts";
import { message as message6 } from "./support/dhcp6/messages.ts";
import { message as message4 } from "./support/messages.ts";
import { ETH0 } from "./support/server.ts";

/* Classes that a client is given from outside, as a hook does. */

const CLASSES = (option: string): string => `
    - {name: given, options: {${option}: {value: given.example, always: true}}}
    - {name: asked, assert: "member('given')", options: {${option}: {value: asked.example, always: true}}}
    - {name: expressed, assert: "false"}
    - {name: made, assert: "option[12].hex", template: true}
    - {name: DROP}
`;
const CONFIG = load(`
client_classes:
  v4:${CLASSES("domain_search")}  v6:${CLASSES("domain_search").replaceAll("option[12].hex", "option[16].hex")}
networks:
  10.0.0.0/24:
    ranges: [{range: 10.0.0.100-10.0.0.199, deny_class: expressed}]
v6:
  networks:
    2001:db8:1::/64: {ranges: [{range: "2001:db8:1::100-2001:db8:1::1ff"}]}
`);

const PROTOCOLS: Readonly<Record<string, (givenClasses: readonly string[] | undefined) => string>> = {
  DHCPv4(givenClasses) {
    const context = { decider: createDecider4(CONFIG), leases: createTable4(CONFIG), now: 1000, random: 0, givenClasses };
    const received = { message: message4(1), interface: ETH0, source: 0, sourcePort: 68, destination: 0xffffffff, serverPort: 67 };
    const decision = decide4(context, received);
    if (decision.kind === "silence") return decision.reason;
    assert.ok(decision.kind === "reply");
    return new TextDecoder().decode(optionValue4(decision.message, 119)?.subarray(1, 6));
  },
  DHCPv6(givenClasses) {
    const config = CONFIG.dhcp6;
    assert.ok(config !== undefined);
    const leases = createTable6(config);
    const context = {
      decider: createDecider6(config),
      leases,
      now: 1000,
      random: () => 0,
      serverIdentifier: Uint8Array.of(0, 3, 0, 1, 9),
      givenClasses,
    };
    const own = address6("2001:db8:1::1");
    const decision = decide6(context, {
      message: message6("SOLICIT", { na: { 1: [] } }),
      interface: { index: 2, name: "eth0", address: address6("fe80::1"), addresses: [own] },
      source: address6("fe80::5"),
      sourcePort: 546,
      destination: address6("ff02::1:2"),
      serverPort: 547,
    });
    if (decision.kind === "silence") return decision.reason;
    assert.ok(decision.kind === "reply");
    return new TextDecoder().decode(optionValue6(decision.message.options, 24)?.subarray(1, 6));
  },
};

for (const [protocol, ask] of Object.entries(PROTOCOLS)) {
  describe(`classes given to a client of ${protocol}`, () => {
    const table: readonly [given: readonly string[] | undefined, answer: string][] = [
      [undefined, ""],
      [[], ""],
      // In the order of the file, and expressions that ask for it hold.
      [["given"], "given"],
      [["given", "given"], "given"],
      [["nobody", "expressed", "made", "asked", "ALL"], ""],
      [["DROP"], "dropped-by-class"],
    ];
    for (const [given, answer] of table) test(JSON.stringify(given) ?? "none", () => assert.equal(ask(given), answer));
  });
}
