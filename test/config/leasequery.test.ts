import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress } from "../../src/net/address.ts";
import { formatIpv6Prefix } from "../../src/net/ipv6-prefix.ts";
import { formatIpv4Prefix } from "../../src/net/prefix.ts";
import { load, problemsOf } from "./load.ts";

test("leasequery: requesters and addresses to listen on go to the protocol that they are of", () => {
  const { leasequery, dhcp6 } = load(`
leasequery:
  requesters: [10.0.0.2, 2001:db8::/48, 10.1.0.0/16]
  bulk: { listen: [10.0.0.1, "[2001:db8::1]:1547", "10.0.0.1:1067", 2001:db8::1] }
v6: { networks: { 2001:db8:1::/64: {} } }
`);
  const listen = (spec: typeof leasequery | NonNullable<typeof dhcp6>["leasequery"]) =>
    spec?.bulk?.listen.map(({ address, port }) => `${formatAddress(address)} ${port}`);
  assert.deepEqual(leasequery?.requesters.map(formatIpv4Prefix), ["10.0.0.2/32", "10.1.0.0/16"]);
  assert.deepEqual(dhcp6?.leasequery?.requesters.map(formatIpv6Prefix), ["2001:db8::/48"]);
  assert.deepEqual(listen(leasequery), ["10.0.0.1 undefined", "10.0.0.1 1067"]);
  assert.deepEqual(listen(dhcp6?.leasequery), ["2001:db8::1 1547", "2001:db8::1 undefined"]);
});

test("leasequery without bulk, and of one protocol alone", () => {
  const { leasequery, dhcp6 } = load("leasequery: { requesters: [2001:db8::2] }\nv6: { networks: { 2001:db8:1::/64: {} } }");
  assert.deepEqual([leasequery, Object.keys(dhcp6?.leasequery ?? {})], [undefined, ["requesters"]]);
});

const PROBLEMS: readonly (readonly [name: string, listen: string, v6: boolean, problem: string])[] = [
  ["the same twice", "[10.0.0.1, 10.0.0.1:67, 10.0.0.1]", true, "10.0.0.1 is listed twice"],
  ["IPv6 where DHCPv6 is not served", '["[2001:db8::1]:547"]', false, "an IPv6 address is for DHCPv6, which is not served"],
  ["IPv6 without requesters of it", "[2001:db8::1]", true, "nobody could connect: requesters has no IPv6 address"],
  ["no port", '["10.0.0.1:65536"]', true, "expected an address to listen on"],
  ["nothing", "[]", true, "listen is empty: nobody could connect"],
];
for (const [name, listen, v6, problem] of PROBLEMS) {
  test(`leasequery.bulk: ${name} is refused`, () => {
    const section = v6 ? "\nv6: { options: { dns_servers: 2001:db8::53 }, networks: { 2001:db8:1::/64: {} } }" : "";
    const problems = problemsOf(`leasequery: { requesters: [10.0.0.2], bulk: { listen: ${listen} } }${section}`);
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.ok(problems[0]?.includes(problem), problems[0]);
  });
}
