import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "../test/support/namespaces.ts";
import { findProgram } from "../test/support/requirement.ts";
import { type BenchLab, SERVER_ADDRESS, SERVER_INTERFACE } from "./lab.ts";

/** A server that can be measured: the same service from each, a pool of 13 million addresses in one /8. */
export interface Contender {
  readonly name: string;
  /** Starts it with no leases; `keep` leaves those of the last run. */
  start(lab: BenchLab, keep?: boolean): Program;
}

const MAIN = new URL("../src/cli/main.ts", import.meta.url).pathname;

/** How it logs, unless what is measured is the log. */
const LOG = "log: { level: warn }";

export const LEASEHOLD_CONFIG = `
interfaces: [${SERVER_INTERFACE}]
config: { lease_time: 4000, renew_time: 1000, rebind_time: 2000 }
options:
  domain_name_servers: [10.0.0.53, 10.0.0.54]
  domain_name: example.org
networks:
  10.0.0.0/8:
    options: { routers: 10.0.0.1 }
    ranges: [{ start: 10.1.0.0, end: 10.200.255.255 }]
${LOG}
`;

/** Every lease on disk before its ACK. `more` is added to the configuration; `log` stands in place of its own. */
export function leaseholdWith(name: string, more: string, log = LOG): Contender {
  return {
    name,
    start(lab, keep) {
      const config = join(lab.folder, "leasehold.yaml");
      const database = join(lab.folder, "leases.db");
      if (!keep)
        for (const file of [database, `${database}-names`]) for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
      writeFileSync(config, LEASEHOLD_CONFIG.replace(LOG, log) + more);
      return lab.startServer(process.execPath, MAIN, "serve", "-c", config, "-d", database);
    },
  };
}

export const leasehold = leaseholdWith("leasehold", "");

/** Kea 2.2 at its fastest for one client at a time: single-threaded, leases in memory and in a file that is not synced. */
export const kea: Contender = {
  name: "kea",
  start(lab) {
    const folder = join(lab.folder, "kea");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const config = join(folder, "kea.json");
    writeFileSync(
      config,
      JSON.stringify({
        Dhcp4: {
          "interfaces-config": { interfaces: [SERVER_INTERFACE], "dhcp-socket-type": "raw" },
          "multi-threading": { "enable-multi-threading": false },
          "lease-database": { type: "memfile", persist: true, "lfc-interval": 3600, name: join(folder, "leases.csv") },
          "valid-lifetime": 4000,
          "renew-timer": 1000,
          "rebind-timer": 2000,
          "option-data": [
            { name: "domain-name-servers", data: "10.0.0.53, 10.0.0.54" },
            { name: "domain-name", data: "example.org" },
          ],
          subnet4: [
            {
              id: 1,
              subnet: "10.0.0.0/8",
              pools: [{ pool: "10.1.0.0-10.200.255.255" }],
              "option-data": [{ name: "routers", data: "10.0.0.1" }],
            },
          ],
          loggers: [{ name: "kea-dhcp4", severity: "WARN", output_options: [{ output: join(folder, "kea.log") }] }],
        },
      }),
    );
    return lab.startServer("env", `KEA_PIDFILE_DIR=${folder}`, `KEA_LOCKFILE_DIR=${folder}`, "kea-dhcp4", "-c", config);
  },
};

/** A C program that keeps nothing. */
export const responder: Contender = {
  name: "responder",
  start(lab) {
    const program = join(lab.folder, "responder");
    execFileSync("gcc", ["-O2", "-o", program, join(import.meta.dirname, "responder.c")]);
    return lab.startServer(program, SERVER_ADDRESS);
  },
};

/** Those that can run on this machine; says which can't, and why. */
export function available(): Contender[] {
  const found = [leasehold];
  for (const [contender, program, from] of [
    [kea, "kea-dhcp4", "the Debian package kea-dhcp4-server"],
    [responder, "gcc", "the Debian package gcc"],
  ] as const) {
    if (findProgram(program) !== undefined) found.push(contender);
    else console.log(`without ${contender.name}: it needs ${program} (${from})`);
  }
  return found;
}
