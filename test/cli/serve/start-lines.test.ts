import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type StartFacts, type StartInterface, startLines } from "../../../src/cli/serve/start-lines.ts";

const facts: StartFacts = {
  networks: [],
  withoutNetworks: undefined,
  by: "",
  listening: "every address, port 67",
  interfaces: [],
  isForService: true,
};
const networksOf = (count: number, unused: number | undefined = 254) =>
  Array.from({ length: count }, (_, i) => ({ name: `10.${i >> 8}.${i & 255}.0/24`, unused }));
const interfaceOf = (number: number, isOnNetwork = true): StartInterface => ({
  description: `eth${number} (10.0.${number}.1)`,
  isOnNetwork,
  isLoopback: false,
});
const loopback: StartInterface = { description: "lo (127.0.0.1)", isOnNetwork: false, isLoopback: true };

function linesOf(more: Partial<StartFacts>, from: "debug" | "info" = "info"): string[] {
  return startLines({ ...facts, ...more })
    .filter(({ level }) => from === "debug" || level !== "debug")
    .map(({ level, text }) => `${level}: ${text}`);
}

describe("what is served", () => {
  const cases: readonly (readonly [name: string, Partial<StartFacts>, string])[] = [
    ["no network", {}, "warn: serving no network: no client can be served until there is one in `networks`"],
    [
      "settings alone",
      { withoutNetworks: "settings alone, no network", by: " by DHCPv6" },
      "info: serving settings alone, no network by DHCPv6",
    ],
    ["1", { networks: networksOf(1) }, "info: serving 10.0.0.0/24: 254 unused addresses"],
    ["3", { networks: networksOf(3) }, "info: serving 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24: 762 unused addresses"],
    ["400", { networks: networksOf(400) }, "info: serving 400 networks: 101,600 unused addresses"],
    [
      "400 of DHCPv6",
      { networks: networksOf(400).map(({ name }) => ({ name, unused: undefined })), by: " by DHCPv6" },
      "info: serving 400 networks by DHCPv6",
    ],
  ];
  for (const [name, more, line] of cases) test(name, () => assert.equal(linesOf({ interfaces: [interfaceOf(0)], ...more })[0], line));

  test("those that are summed up are told at debug", () => {
    const lines = linesOf({ networks: networksOf(400), interfaces: [interfaceOf(0)] }, "debug");
    assert.equal(lines.length, 402);
    assert.equal(lines.at(-1), "debug: serving 10.1.143.0/24: 254 unused addresses");
  });
});

describe("where", () => {
  const none = "listening on every address, port 67; directly connected: none";
  const cases: readonly (readonly [name: string, Partial<StartFacts>, string])[] = [
    [
      "one interface",
      { interfaces: [interfaceOf(0), loopback] },
      "info: listening on every address, port 67; directly connected: eth0 (10.0.0.1)",
    ],
    [
      "five interfaces",
      { interfaces: [0, 1, 2, 3, 4].map((number) => interfaceOf(number)) },
      "info: listening on every address, port 67; directly connected: eth0 (10.0.0.1), eth1 (10.0.1.1), eth2 (10.0.2.1) and 2 more",
    ],
    [
      "relays alone",
      { interfaces: [loopback, interfaceOf(0, false)] },
      `info: ${none}, only relayed clients: eth0 (10.0.0.1) is in no network`,
    ],
    ["on a port for tests", { interfaces: [loopback], isForService: false }, `info: ${none}, only relayed clients`],
    ["no interface", { interfaces: [] }, `warn: ${none}, and no relay can reach this server: no interface but loopback has an address`],
    [
      "loopback alone",
      { interfaces: [loopback] },
      `warn: ${none}, and no relay can reach this server: no interface but loopback has an address`,
    ],
  ];
  for (const [name, more, line] of cases) test(name, () => assert.equal(linesOf({ networks: networksOf(1), ...more })[1], line));
});
