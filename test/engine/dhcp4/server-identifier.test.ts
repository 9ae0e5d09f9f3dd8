import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { addresses, configOf } from "../support/config.ts";
import { discover, type MessageSpec, request } from "../support/messages.ts";
import { ETH0, serverOf, type Way } from "../support/server.ts";

const at = (...list: readonly string[]) =>
  list.map((one) => ({ address: new DataView(addresses(one).buffer).getUint32(0), prefixLength: 24 }));

const CASES: readonly (readonly [what: string, spec: MessageSpec, way: Way, identifier: string, message?: typeof discover])[] = [
  [
    "the interface's own address in the client's network, whatever stands before it",
    {},
    { interface: { ...ETH0, addresses: at("10.0.0.9", "10.0.0.1") } },
    "10.0.0.1",
  ],
  [
    "another one in that network, where its own is in none",
    {},
    { interface: { ...ETH0, address: 0xc0000201, addresses: at("192.0.2.1", "10.0.0.9"), name: "eth9" } },
    "10.0.0.9",
  ],
  ["a DISCOVER names no server", { server: "192.0.2.1" }, {}, "10.0.0.1"],
  ["a REQUEST one of this machine's addresses", { server: "192.0.2.1", requested: "10.0.0.100" }, {}, "192.0.2.1", request],
  ["or that of the interface", { server: "10.0.0.1", requested: "10.0.0.100" }, {}, "10.0.0.1", request],
];

suite("option 54 (RFC 2131 section 4.1)", () => {
  for (const [what, spec, way, identifier, message = discover] of CASES) {
    test(what, () => {
      const server = serverOf(
        configOf({ networks: { "10.0.0.0/24": { ranges: [{ range: "10.0.0.100-10.0.0.199" }] } }, interfaces: { eth9: "10.0.0.0/24" } }),
      );
      server.ownAddresses = ["10.0.0.1", "192.0.2.1"];
      const found = server.consider(message(spec), way).options?.find((line) => line.startsWith("54 "));
      assert.equal(found, `54 ${identifier}`);
    });
  }
});
