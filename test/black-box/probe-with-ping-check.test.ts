import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../support/leasehold-process.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces } from "../support/requirement.ts";
import { MAIN } from "../support/run-leasehold.ts";

test("leasehold probe hears a server that asks first whether the address is in use", async (t) => {
  if (!requireNamespaces(t)) return;
  const folder = temporaryFolder(t);
  const config = join(folder, "config.yaml");
  writeFileSync(
    config,
    "ping_check: true\nping_timeout_ms: 900\nnetworks: {192.168.5.0/24: {ranges: [{range: 192.168.5.10-192.168.5.10}]}}\n",
  );
  const lab = createLab(t);
  const [machine, other] = [lab.namespace("machine"), lab.namespace("other")];
  lab.cable(machine, "eth0", other, "eth0");
  lab.exec(machine, "ip", "address", "add", "192.168.5.1/24", "dev", "eth0");
  const database = join(folder, "leases.db");
  const server = lab.start(
    machine,
    process.execPath,
    MAIN,
    ...["serve", "-c", config, "-d", database, "--v4-addr", "127.0.0.1:6767", "--no-api"],
  );
  await server.line(/listening/, 60_000);
  const probe = ["probe", "--relay", "192.168.5.1", "--type", "discover", "--timeout", "30"];
  const { status, stdout } = spawnSync("ip", ["netns", "exec", machine.name, process.execPath, MAIN, ...probe], { encoding: "utf8" });
  assert.match(stdout, /^offered 192\.168\.5\.10 for 86400 s by 127\.0\.0\.1 in /m);
  assert.equal(status, 0);
});
