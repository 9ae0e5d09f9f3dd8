import assert from "node:assert/strict";
import { test } from "node:test";
import { translate } from "../../src/config/import/dhcpd/translate.ts";
import type { Files } from "../../src/config/import/translation.ts";

/* What Charrua's reader of a dhcpd.conf gets wrong. */

const ALONE: Files = { read: () => ({ reason: "there are no other files" }), list: () => [] };
const subnet = (inside: string) => `subnet 10.1.0.0 netmask 255.255.255.0 {\n${inside}\n}`;
const read = (text: string) => translate(text, "dhcpd.conf", ALONE);

test("a file without lease times means 12 hours, and 24 at most, as ISC dhcpd has it", () => {
  const { value, findings } = read(subnet("range 10.1.0.50 10.1.0.99;"));
  assert.deepEqual(value.config, { lease_time: { default: 43_200, min: 300, max: 86_400 } });
  assert.deepEqual(findings, []);
});

test("statements keep their order", () => {
  const hosts = ["4", "3", "2", "1"].map((n) => `host h${n} { hardware ethernet 02:00:00:00:00:0${n}; fixed-address 10.1.0.${n}; }`);
  const { value, findings } = read(subnet(hosts.join("\n")));
  assert.deepEqual(findings, []);
  const networks = value.networks as Record<string, { reservations: { ip: string }[] }>;
  assert.deepEqual(
    networks["10.1.0.0/24"]?.reservations.map(({ ip }) => ip),
    ["10.1.0.4", "10.1.0.3", "10.1.0.2", "10.1.0.1"],
  );
});

for (const [name, text, line] of [
  ["an address", subnet("range 300.1.1.1 10.1.0.99;"), 2],
  ["a number", `default-lease-time 99999999999999999999999;\n${subnet("range 10.1.0.50 10.1.0.99;")}`, 1],
] as const)
  test(`${name} that is none is told with its place`, () => {
    assert.deepEqual(
      read(text).findings.map(({ severity, origin }) => [severity, origin.line]),
      [["error", line]],
    );
  });
