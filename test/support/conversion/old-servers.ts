import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../src/config/model/config.ts";
import { type Ipv4, parseIpv4 } from "../../../src/net/ipv4.ts";
import type { Lab, Program } from "../namespaces.ts";
import type { Place } from "./place.ts";

/** A server of others, by the name of its format. */
export interface OldServer {
  readonly programs: readonly string[];
  /** The text without what costs a second for each client: asking whether an address is in use. */
  readonly quick?: (text: string) => string;
  /** The text without what a server does not work alone with: a peer that it never meets. */
  readonly alone?: (text: string) => string;
  /** Addresses that the server has, as the file says. */
  readonly addresses?: (text: string) => readonly Ipv4[];
  /** Starts what serves the file, and waits until it does. Rejects with what it said where it does not. */
  start(lab: Lab, place: Place, file: string, text: string, config: Config, folder: string, device: string): Promise<readonly Program[]>;
}

/** Its places are built in, so it gets new ones in a mount namespace of its own. */
const PLACES = [
  "mount -t tmpfs none /var/lib && mkdir -p /var/lib/kea /var/lib/dhcp /var/lib/misc /var/lib/dnsmasq",
  "mount -t tmpfs none /var/log && mkdir -p /var/log/kea",
  "mount -t tmpfs none /run && mkdir -p /run/kea /run/lock/kea /run/dnsmasq",
  "touch /var/lib/dhcp/dhcpd.leases /var/lib/dhcp/dhcpd6.leases",
].join(" && ");

const SHELL = ["unshare", "-m", "sh", "-c", `${PLACES} && cd "$1" && shift && exec "$@"`, "sh"] as const;

const HAS_STARTED = 15_000;

/** Files that the old server can't run in such a place, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  "kea/dual6.json": "it wants an address on a second interface",
  "kea/kea-dhcp-ddns.conf": "it is of a server that gives no addresses",
};

/** Files by which nobody is served who asks: unknown clients are denied, and no host is declared. */
export const SILENT: ReadonlySet<string> = new Set(["dhcpd/include.conf"]);

/** Files that are served as they stand: both servers ask whether an address is in use. */
export const PROBED: ReadonlySet<string> = new Set(["dhcpd/home.conf"]);

export const OLD_SERVERS: Readonly<Record<string, OldServer>> = {
  dhcpd: {
    programs: ["dhcpd"],
    alone: (text) => text.replaceAll(/^\s*failover\s+peer\s+"[^"]*"\s*\{[^}]*\}/gm, "").replaceAll(/\bfailover\s+peer\s+"[^"]*"\s*;/g, ""),
    quick: (text) =>
      `ping-check false;\n${text
        .replaceAll(/ping-check\s+(true|on)\b/g, "ping-check false")
        // There is no DNS to look names up in, and dhcpd waits for it.
        .replaceAll(/get-lease-hostnames\s+(true|on)\b/g, "get-lease-hostnames false")}`,
    async start(lab, place, file, text, config, folder, device) {
      const own = join(folder, "dhcpd.conf");
      writeFileSync(own, text);
      const families = [...(config.networks.length > 0 ? ["-4"] : []), ...(config.dhcp6 === undefined ? [] : ["-6"])];
      return startAll(families, async (family) => {
        const leases = join(folder, `leases${family}`);
        writeFileSync(leases, "");
        const files = ["-cf", own, "-lf", leases, "--no-pid"];
        const program = lab.start(place.server, ...SHELL, folderOf(file), "dhcpd", family, "-f", "-d", ...files, device);
        await program.line(/Server starting service/, HAS_STARTED);
        return program;
      });
    },
  },
  kea: {
    programs: ["kea-dhcp4", "kea-dhcp6"],
    start(lab, place, file, text) {
      const families = [4, 6].filter((family) => text.includes(`"Dhcp${family}"`));
      return startAll(families, async (family) => {
        const program = lab.start(
          place.server,
          ...SHELL,
          folderOf(file),
          "env",
          "KEA_LOGGER_DESTINATION=stdout",
          `kea-dhcp${family}`,
          "-c",
          file,
        );
        await Promise.race([program.line(/DHCP\d_STARTED/, HAS_STARTED), settled(program)]);
        return program;
      });
    },
  },
  dnsmasq: {
    programs: ["dnsmasq"],
    addresses: (text) =>
      [...text.matchAll(/^\s*listen-address\s*=\s*(.+)$/gm)].flatMap(([, list = ""]) =>
        list.split(",").flatMap((word) => parseIpv4(word.trim()) ?? []),
      ),
    async start(lab, place, file) {
      const rest = ["--no-daemon", "--no-resolv", `--conf-file=${file}`, "--no-ping", "--log-dhcp", "--user=root", "--group=root"];
      const program = lab.start(place.server, ...SHELL, folderOf(file), "dnsmasq", ...rest);
      await program.line(/dnsmasq-dhcp: (DHCP|DHCPv6|IPv6|router|sockets|read)/, HAS_STARTED);
      return [program];
    },
  },
};

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

async function startAll<T>(families: readonly T[], start: (family: T) => Promise<Program>): Promise<readonly Program[]> {
  return Promise.all(families.map(start));
}

/** Where its log goes elsewhere, it serves after a while. */
async function settled(program: Program): Promise<void> {
  const ended = await Promise.race([program.ended, new Promise<undefined>((go) => setTimeout(() => go(undefined), 2500))]);
  if (ended !== undefined) throw new Error(`it has ended:\n${program.output()}`);
}
