import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { MAIN, newFolder, writeIn } from "../support/loopback-server.ts";
import { requirePrograms, requireRoot } from "../support/requirement.ts";

/** The number of a user who is not root. */
const NOBODY = 65534;

/** `leasehold leases --count` of root, or of NOBODY, in a machine in which nobody has a lease database. */
function count(t: TestContext, folder: string, script: string): readonly [number | null, string, string] | undefined {
  if (!requireRoot(t) || !requirePrograms(t, "unshare", "mount", "setpriv")) return undefined;
  const leases = `${process.execPath} ${MAIN} leases --count`;
  const inside = `mount -t tmpfs none /var/lib && cd ${folder} && ${script.replace("LEASES", leases).replace("NOBODY", `setpriv --reuid ${NOBODY} --clear-groups`)}`;
  const { PATH } = process.env;
  const { status, stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", inside], { encoding: "utf8", env: { PATH } });
  return [status, stdout, stderr];
}

describe("the lease database that is meant", { concurrency: 2 }, () => {
  const folder = newFolder({ after });
  const empty = newFolder({ after });
  const database = join(folder, "leases.db");
  before(() => openSqliteStore(database).close());
  const config = writeIn(folder, "c.yaml", `store: { sqlite: { path: ${database} } }\nnetworks: {}\n`);
  const memory = writeIn(folder, "m.yaml", "store: { memory: {} }\nnetworks: {}\n");
  /** One whose folder and file are those of NOBODY. */
  const own = newFolder({ after });
  before(() => {
    const path = join(own, "leases.db");
    openSqliteStore(path).close();
    if (process.getuid?.() === 0) for (const one of [own, path]) chownSync(one, NOBODY, NOBODY);
  });
  const service = `mkdir /var/lib/leasehold && cp ${database} /var/lib/leasehold`;
  const found = [0, "0\n", ""] as const;
  const failed = (text: string) => [1, "", `leasehold: ${text}\n`] as const;

  const nowhere = (...others: string[]) =>
    failed(
      `no lease database is at ${[...others.slice(0, 1), "/var/lib/leasehold/leases.db", ...others.slice(1).map((one) => join(one, "leases.db"))].join(", ").replace(/, ([^,]*)$/, " or $1")}: ` +
        "name it with -d FILE or LEASEHOLD_DATABASE, or with -c the configuration that says where",
    );

  const CASES: readonly (readonly [name: string, place: string, script: string, outcome: readonly [number, string, string]])[] = [
    ["is that of -d", empty, `LEASES -d ${database}`, found],
    ["is that of the configuration", empty, `LEASEHOLD_DATABASE=/no LEASES -c ${config}`, found],
    ["is that of LEASEHOLD_DATABASE", empty, `${service} && LEASEHOLD_DATABASE=${database} LEASES`, found],
    ["is that of the state folder", empty, `STATE_DIRECTORY=${folder} LEASES`, found],
    ["is that of the first state folder, where a service has several", empty, `STATE_DIRECTORY=${folder}:/no LEASES`, found],
    [
      "is no pipe, which nobody may ever write to",
      empty,
      `mkdir /var/lib/a && mkfifo /var/lib/a/leases.db && ${service} && STATE_DIRECTORY=/var/lib/a LEASES`,
      found,
    ],
    ["is that of the system's service", empty, `${service} && LEASES`, found],
    ["is the user's own in the working directory", own, "XDG_STATE_HOME=/no NOBODY LEASES", found],
    [
      "is none in the working directory where others may write",
      own,
      "chmod 777 . && XDG_STATE_HOME=/no NOBODY LEASES; status=$?; chmod 700 .; exit $status",
      nowhere("/no/leasehold/leases.db", own),
    ],
    [
      "is none of somebody else in the working directory",
      own,
      "chown 1 leases.db && XDG_STATE_HOME=/no NOBODY LEASES; status=$?; chown 65534 leases.db; exit $status",
      nowhere("/no/leasehold/leases.db", own),
    ],
    ["is for root none in the working directory", folder, "LEASES", nowhere()],
    [
      "is one, by whatever names",
      empty,
      `${service} && STATE_DIRECTORY=/var/lib/private LEASES`.replace("&& STATE", "&& ln -s leasehold /var/lib/private && STATE"),
      found,
    ],
    ["is none in memory", empty, `LEASES -c ${memory}`, failed(`${memory} keeps leases in memory only: there is no lease database`)],
    [
      "is none of several",
      empty,
      `${service} && STATE_DIRECTORY=${folder} LEASES`,
      failed(
        `there are several lease databases, ${database} and /var/lib/leasehold/leases.db: say which is meant with -d or LEASEHOLD_DATABASE`,
      ),
    ],
    [
      "may be one that can't be looked at",
      own,
      `${service} && chmod 700 /var/lib/leasehold && XDG_STATE_HOME=/no NOBODY LEASES`,
      failed(
        `there may be several lease databases, ${join(own, "leases.db")} and /var/lib/leasehold/leases.db (you may not look at /var/lib/leasehold/leases.db): say which is meant with -d or LEASEHOLD_DATABASE`,
      ),
    ],
    ["is nowhere, and none is made", empty, "LEASES; status=$?; ls; exit $status", nowhere()],
  ];
  for (const [name, place, script, outcome] of CASES) {
    test(name, (t) => {
      const ended = count(t, place, script);
      if (ended !== undefined) assert.deepEqual(ended, outcome);
    });
  }
});
