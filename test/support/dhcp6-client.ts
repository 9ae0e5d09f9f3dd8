import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tellOnFailure, temporaryFolder } from "./leasehold-process.ts";
import type { Lab, Namespace, Program } from "./namespaces.ts";

/* DHCPv6 clients that others wrote, each on an interface of a namespace of its own. */

const HOOK = fileURLToPath(new URL("dhcp6-client-hook.sh", import.meta.url));
const DEVICE = "eth0";

export type Dhcp6Program = "dhclient" | "dhcpcd" | "systemd-networkd" | "dibbler-client" | "dhcp6c";

/** What the client wants: settings alone, an address, or a prefix too. */
export type Wanted = "settings" | "address" | "address and prefix";

export interface Dhcp6Client {
  start(): void;
  /**
   * What the interface has beside its own address of the link, once it has been tested for
   * duplicates.
   */
  addresses(): readonly string[];
  /** The same when they are as wanted; after 20 seconds as they are. */
  addressesWhen(wanted: (addresses: readonly string[]) => boolean): Promise<readonly string[]>;
  /** Waits until it knows these DNS servers. */
  knowsDns(servers: readonly string[]): Promise<void>;
  /** Has the client give back what it has, and end. */
  release(): Promise<void>;
  /**
   * Ends the client as a power cut does: nothing is sent, the interface loses its addresses, what
   * is on disk stays.
   */
  cut(): Promise<void>;
}

interface Place {
  readonly lab: Lab;
  readonly where: Namespace;
  readonly wanted: Wanted;
  readonly hostname: string | undefined;
  readonly folder: string;
  readonly hook: string;
  /** The folder for what the client remembers. */
  readonly state: string;
}

interface Driver {
  readonly command: [string, ...string[]];
  /** Ends the client so that it gives back what it has. */
  release(running: Program): Promise<unknown>;
  /** What tells of DNS servers; default: what the hook has written. */
  dns?(running: Program): string;
}

const drivers: Readonly<Record<Dhcp6Program, (place: Place) => Driver>> = {
  dhclient({ lab, where, wanted, hostname, folder, hook, state }) {
    const configuration = join(folder, "dhclient.conf");
    const named =
      hostname === undefined
        ? ""
        : `send fqdn.fqdn "${hostname}"; send fqdn.server-update on; also request dhcp6.fqdn; do-forward-updates false;\n`;
    writeFileSync(configuration, `request dhcp6.name-servers, dhcp6.domain-search;\n${named}`);
    writeFileSync(join(state, "leases"), "");
    const files = ["-cf", configuration, "-lf", join(state, "leases"), "-pf", join(folder, "pid"), "-sf", hook];
    const what = { settings: ["-S"], address: [], "address and prefix": ["-N", "-P"] }[wanted];
    return {
      command: ["dhclient", "-6", "-d", "-v", ...what, ...files, DEVICE],
      async release(running) {
        // It writes its pid file anew with each lease: one that was told to end by the other may not hear of it.
        await running.end("SIGKILL");
        rmSync(join(folder, "pid"), { force: true });
        lab.exec(where, "dhclient", "-6", "-r", ...what, ...files, DEVICE);
      },
    };
  },
  dhcpcd({ wanted, hostname, folder, hook, state }) {
    const configuration = join(folder, "dhcpcd.conf");
    const what = { settings: ["inform6"], address: ["ia_na 1"], "address and prefix": ["ia_na 1", "ia_pd 2 -"] }[wanted];
    const lines = ["ipv6only", "noipv6rs", "duid", "nodelay", "option dhcp6_name_servers", `interface ${DEVICE}`, ...what];
    if (hostname !== undefined) lines.unshift(`hostname ${hostname}`);
    writeFileSync(configuration, `${lines.join("\n")}\n`);
    writeFileSync(join(folder, "sets-address-itself"), "");
    // Its places are built in, so it gets other ones in its mount namespace.
    const places = 'mount --bind "$1" /var/lib/dhcpcd && mount -t tmpfs none /run && mkdir /run/dhcpcd && shift && exec "$@"';
    return {
      command: ["sh", "-c", places, "sh", state, "dhcpcd", "-6", "-B", "-d", "-f", configuration, "-c", hook, DEVICE],
      release: (running) => running.end("SIGALRM"),
    };
  },
  "systemd-networkd"({ lab, where, wanted, hostname, folder, state }) {
    const configuration = join(folder, "client.network");
    const lines = [
      `[Match]\nName=${DEVICE}`,
      "[Network]\nDHCP=ipv6\nIPv6AcceptRA=no",
      `[DHCPv6]\nWithoutRA=${wanted === "settings" ? "information-request" : "solicit"}`,
      `UseDelegatedPrefix=${wanted === "address and prefix" ? "yes" : "no"}`,
      // It is said in this section for both protocols.
      ...(hostname === undefined ? [] : [`[DHCPv4]\nHostname=${hostname}`]),
    ];
    writeFileSync(configuration, `${lines.join("\n")}\n`);
    const places =
      'mount -o remount,ro,bind /sys && mount --bind "$1" /run && mkdir -p /run/systemd/network && cp "$2" /run/systemd/network';
    const settings = "SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console";
    const { ifindex } = JSON.parse(lab.exec(where, "ip", "-j", "link", "show", DEVICE))[0] as { ifindex: number };
    const link = join(state, "systemd/netif/links", String(ifindex));
    return {
      command: ["sh", "-c", `${places} && ${settings} exec systemd-networkd`, "sh", state, configuration],
      release: (running) => running.end("SIGTERM"),
      dns: () => (existsSync(link) ? readFileSync(link, "utf8") : ""),
    };
  },
  "dibbler-client"({ wanted, folder, state }) {
    const configuration = join(folder, "client.conf");
    const what = { settings: ["stateless"], address: ["ia"], "address and prefix": ["ia", "pd"] }[wanted];
    const lines = ["log-level 8", "log-mode precise", "duid-type duid-ll", "inactive-mode"];
    writeFileSync(configuration, `${lines.join("\n")}\niface ${DEVICE} {\n${what.join("\n")}\noption dns-server\n}\n`);
    writeFileSync(join(folder, "resolv.conf"), "");
    const places =
      'mount --bind "$1" /var/lib/dibbler && mount --bind "$2" /etc/dibbler && mount --bind "$2/resolv.conf" /etc/resolv.conf && mount -t tmpfs none /var/log';
    return {
      command: ["sh", "-c", `${places} && mkdir /var/log/dibbler && exec dibbler-client run`, "sh", state, folder],
      release: (running) => running.end("SIGTERM"),
      dns: (running) => running.output(),
    };
  },
  dhcp6c({ wanted, folder, hook, state }) {
    const configuration = join(folder, "dhcp6c.conf");
    const what = {
      settings: "information-only;",
      address: "send ia-na 0;",
      "address and prefix": "send ia-na 0; send ia-pd 0;",
    }[wanted];
    const associations = wanted === "settings" ? "" : "id-assoc na 0 { };\nid-assoc pd 0 { };\n";
    writeFileSync(configuration, `interface ${DEVICE} { ${what} request domain-name-servers; script "${hook}"; };\n${associations}`);
    writeFileSync(join(folder, "sets-address-itself"), "");
    const places = 'mount --bind "$1" /var/lib/dhcpv6 && shift && exec "$@"';
    return {
      command: ["sh", "-c", places, "sh", state, "dhcp6c", "-f", "-D", "-c", configuration, "-p", join(folder, "pid"), DEVICE],
      release: (running) => running.end("SIGTERM"),
    };
  },
};

/** With `hostname` it says that it is called so; only the first three programs do. */
export function createDhcp6Client(
  t: TestContext,
  lab: Lab,
  where: Namespace,
  program: Dhcp6Program,
  wanted: Wanted,
  hostname?: string,
): Dhcp6Client {
  const folder = temporaryFolder(t);
  const hook = join(folder, "hook.sh");
  const events = join(folder, "events");
  const state = join(folder, "state");
  copyFileSync(HOOK, hook);
  chmodSync(hook, 0o755);
  writeFileSync(events, "");
  mkdirSync(state);
  const driver = drivers[program]({ lab, where, wanted, hostname, folder, hook, state });
  let running: Program | undefined;
  const told = (): string => `${program} said:\n${running?.output()}\n${readFileSync(events, "utf8")}`;
  tellOnFailure(t, told);

  function addresses(): readonly string[] {
    const [link] = JSON.parse(lab.exec(where, "ip", "-j", "-6", "address", "show", "dev", DEVICE, "scope", "global", "-tentative"));
    return ((link?.addr_info ?? []) as { local?: string }[]).flatMap(({ local }) => local ?? []).sort();
  }

  return {
    start() {
      running = lab.start(where, ...driver.command);
    },
    addresses,
    async addressesWhen(wanted) {
      for (const end = Date.now() + 20_000; ; await delay(100)) {
        const found = addresses();
        if (wanted(found) || Date.now() > end) return found;
      }
    },
    async knowsDns(servers) {
      for (const end = Date.now() + 20_000; ; await delay(100)) {
        const known = driver.dns?.(running as Program) ?? readFileSync(events, "utf8");
        if (servers.every((server) => known.includes(server))) return;
        if (Date.now() > end) throw new Error(`DNS servers ${servers.join(" ")} are not known after 20 seconds; ${told()}`);
      }
    },
    async release() {
      await driver.release(running as Program);
    },
    async cut() {
      await running?.end("SIGKILL");
      // Helper processes of the client, such as those that dhcpcd separates its privileges with.
      for (const pid of lab.exec(where, "ip", "netns", "pids", where.name).split("\n").filter(Boolean)) kill(Number(pid));
      lab.exec(where, "ip", "-6", "address", "flush", "dev", DEVICE, "scope", "global");
      rmSync(join(folder, "pid"), { force: true });
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
