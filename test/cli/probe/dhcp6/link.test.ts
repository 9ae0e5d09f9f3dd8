import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLab } from "../../../support/namespaces.ts";
import { requireNamespaces } from "../../../support/requirement.ts";
import { MAIN } from "../../../support/run-leasehold.ts";

const CONFIG = `
v6:
  interfaces: [eth0]
  networks:
    "2001:db8:5::/64":
      interfaces: [eth0]
      rapid_commit: true
      config: { lease_time: 4000, preferred_time: 3000 }
      ranges: [{ start: "2001:db8:5::1:0", end: "2001:db8:5::1:ffff" }]
      prefix_pools: [{ prefix: "2001:db8:8000::/36", delegated_length: 56 }]
    "2001:db8:6::/64":
      ranges: [{ start: "2001:db8:6::1:0", end: "2001:db8:6::1:ffff" }]
`;

test("probe -6 and bench -6 on a link, as clients and as a relay, beside a real server", async (t) => {
  if (!requireNamespaces(t)) return;
  const folder = mkdtempSync(join(tmpdir(), "leasehold-probe6-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "config.yaml");
  writeFileSync(config, CONFIG);
  const lab = createLab(t);
  const server = lab.namespace("server");
  const clients = lab.namespace("clients");
  // Addresses can be used at once.
  for (const where of [server, clients]) lab.exec(where, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0");
  lab.cable(server, "eth0", clients, "eth0");
  lab.exec(server, "ip", "address", "add", "2001:db8:5::1/64", "dev", "eth0");
  lab.exec(clients, "ip", "address", "add", "2001:db8:5::2/64", "dev", "eth0");
  const program = lab.start(
    server,
    process.execPath,
    MAIN,
    "serve",
    "--no-api",
    "-c",
    config,
    "-d",
    join(folder, "leases.db"),
    "--v4-addr",
    "127.0.0.1:6767",
  );
  await program.line(/by DHCPv6/);

  const table: readonly [args: readonly string[], last: RegExp][] = [
    [
      ["probe", "-6", "--interface", "eth0", "--pd"],
      /\nleased 2001:db8:5::1:[0-9a-f]+ for 4000 s, 2001:db8:8[0-9a-f:]+\/56 for 4000 s from fe80::[0-9a-f:]+ in \d/,
    ],
    [
      ["probe", "-6", "--interface", "eth0", "--rapid-commit"],
      /> SOLICIT.* to \[ff02::1:2\]:547\n[^>]*< REPLY[^>]*\nleased 2001:db8:5::1:/,
    ],
    [["probe", "-6", "--interface", "eth0", "--type", "renew", "--pd"], /\nrenewed 2001:db8:5::1:[0-9a-f]+ for 4000 s, 2001:db8:8/],
    [["probe", "-6", "--interface", "eth0", "--type", "confirm"], /\nconfirmed 2001:db8:5::1:/],
    [
      ["probe", "-6", "--interface", "eth0", "--type", "confirm", "--requested-ip", "2001:db8:77::1"],
      /\nrefused by fe80::[0-9a-f:]+ \(NotOnLink/,
    ],
    [["probe", "-6", "--interface", "eth0", "--type", "release"], /\nreleased 2001:db8:5::1:/],
    [["probe", "-6", "--interface", "eth0", "--type", "information-request"], /\nfe80::[0-9a-f:]+ answered with REPLY and \d+ options in /],
    [
      ["probe", "-6", "--server", "2001:db8:5::1", "--relay", "2001:db8:6::1", "--relay", "2001:db8:5::2"],
      /\nleased 2001:db8:6::1:[0-9a-f]+ for /,
    ],
    [
      ["probe", "-6", "--interface", "eth0", "--relay", "2001:db8:6::1"],
      /> SOLICIT.* to \[ff05::1:3\]:547\n[\s\S]*\nleased 2001:db8:6::1:/,
    ],
    [["bench", "-6", "--interface", "eth0", "--pd", "--clients", "100", "--warmup", "0"], /exchanges {3}100 in .*\n {2}lost +0 of 100 /],
    [
      ["bench", "renew", "-6", "--interface", "eth0", "--clients", "20", "--first-client", "1000", "--seconds", "0.5"],
      / {2}lost +0 of [\s\S]* {2}refused +0 /,
    ],
  ];
  for (const [args, last] of table) {
    const ended = lab.start(clients, process.execPath, MAIN, ...args);
    const status = await ended.ended;
    assert.match(ended.output(), last, args.join(" "));
    assert.equal(status, ended.output().includes("\nrefused by") ? 1 : 0, args.join(" "));
  }
  // What a client sends to the server's own address is discarded (RFC 8415 section 16).
  const unicast = lab.start(
    clients,
    process.execPath,
    MAIN,
    "probe",
    "-6",
    "--interface",
    "eth0",
    "--server",
    "2001:db8:5::1",
    "--timeout",
    "0.5",
  );
  assert.equal(await unicast.ended, 1);
  assert.match(unicast.output(), /\nno answer to the SOLICIT from \[2001:db8:5::1\]:547 within 0\.5 s: /);
});
