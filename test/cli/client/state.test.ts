import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { uptime } from "../../../src/cli/client/context.ts";
import * as lease4 from "../../../src/cli/client/dhcp4/lease.ts";
import * as lease6 from "../../../src/cli/client/dhcp6/lease.ts";
import { openStateFile } from "../../../src/cli/client/state-file.ts";
import { readLease } from "../../../src/client/dhcp4/lease.ts";
import { discover, ethernetClient } from "../../../src/client/dhcp4/messages.ts";
import type { Binding } from "../../../src/client/dhcp6/index.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { ipv6Prefix, parseIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { temporaryFolder } from "../../support/leasehold-process.ts";

const ACK = {
  ...discover(ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1)), { xid: 1, secs: 0 }),
  op: 2,
  yiaddr: 0x0a000005,
  options: [
    { code: 53, data: Uint8Array.of(5) },
    { code: 54, data: Uint8Array.of(10, 0, 0, 1) },
    { code: 51, data: Uint8Array.of(0, 0, 14, 16) },
  ],
};

/** As it comes back from the disk. */
const written = (state: unknown): unknown => JSON.parse(JSON.stringify(state));

test("a lease of DHCPv4 comes back with its times; a clock that was set back makes it no longer", () => {
  const read = readLease(ACK, uptime() - 60_000, 0.5);
  assert.ok(read.ok);
  const state = written(lease4.toState(read.lease)) as { start: number; ack: string };
  const back = lease4.fromState(state);
  assert.equal(back?.address, 0x0a000005);
  assert.ok(Math.abs((back?.expiry ?? 0) - read.lease.expiry) < 100);
  const later = lease4.fromState({ ...state, start: state.start + 86_400_000 });
  assert.ok((later?.expiry ?? Infinity) <= uptime() + 3_600_000);
});

test("leases of DHCPv6 come back, those that never end too", () => {
  const now = uptime();
  const lease = (text: string, validUntil: number) => ({
    prefix: text.includes("/") ? (parseIpv6Prefix(text) as Uint8Array) : ipv6Prefix(parseIpv6(text) as Uint8Array),
    preferredUntil: now + 1_000_000,
    validUntil,
    options: [{ code: 13, data: Uint8Array.of(0, 0) }],
  });
  const binding: Binding = {
    server: Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 1),
    associations: [
      {
        kind: "IA_NA",
        iaid: 1,
        t1: now + 500_000,
        t2: now + 800_000,
        leases: [{ kind: "IA_NA", iaid: 1, ...lease("2001:db8::5", now + 2_000_000) }],
      },
      {
        kind: "IA_PD",
        iaid: 1,
        t1: Infinity,
        t2: Infinity,
        leases: [{ kind: "IA_PD", iaid: 1, ...lease("2001:db8:8000::/56", Infinity) }],
      },
    ],
  };
  const back = lease6.fromState(written(lease6.toState({ binding, options: undefined })));
  const rounded = (one: Binding | undefined) =>
    JSON.stringify(one, (_, value) => (typeof value === "number" && value > 1e5 ? Math.round((value - now) / 1e3) : value));
  assert.equal(rounded(back?.binding), rounded(binding));
  assert.equal(back?.binding.associations[1]?.leases[0]?.validUntil, Infinity);
});

test("whatever stands in the file, it is a lease or none", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, text) => {
      for (const state of [
        value,
        { start: 1, ack: text },
        { server: "0003", associations: value },
        { server: text, associations: [value] },
      ]) {
        lease4.fromState(state);
        lease6.fromState(state);
      }
    }),
  );
  assert.equal(lease4.fromState({ start: 1, ack: "00" }), undefined);
  assert.equal(lease6.fromState({ server: "00030001", associations: [{ kind: "IA_TA", iaid: 1 }] }), undefined);
});

test("the file keeps what each protocol has; one that is damaged is said and begun anew", (t) => {
  const path = join(temporaryFolder(t), "state.json");
  const complaints: string[] = [];
  const complain = (text: string): void => void complaints.push(text);
  const file = openStateFile(path, complain);
  file.set("dhcp4", { a: 1 });
  file.set("dhcp6", { b: 2 });
  file.set("dhcp4", undefined);
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), { dhcp6: { b: 2 } });
  assert.deepEqual([openStateFile(path, complain).get("dhcp6"), complaints], [{ b: 2 }, []]);
  writeFileSync(path, "{ half");
  assert.equal(openStateFile(path, complain).get("dhcp6"), undefined);
  assert.match(complaints.join(), /^--state .*state\.json: .*beginning without it$/);
});
