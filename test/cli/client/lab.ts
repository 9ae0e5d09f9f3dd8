/** `leasehold client` in a namespace of its own, on a cable to that of a server. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tellOnFailure, temporaryFolder } from "../../support/leasehold-process.ts";
import { createLab, type Lab, type Namespace, type Program } from "../../support/namespaces.ts";

export const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

/** dnsmasq as a DHCP server only, which keeps nothing and says all. */
export const DNSMASQ: readonly string[] = [
  "--keep-in-foreground",
  "--conf-file=/dev/null",
  "--port=0",
  "--interface=eth0",
  "--leasefile-ro",
  "--log-dhcp",
  "--log-facility=-",
  "--pid-file",
  "--dhcp-authoritative",
];

export interface ClientLab {
  readonly lab: Lab;
  readonly server: Namespace;
  readonly client: Namespace;
  /** A folder of the test. */
  readonly folder: string;
  /** Starts a client on eth0, with events as JSON. */
  start(...flags: string[]): StartedClient;
}

export interface ClientEvent {
  readonly event: string;
  readonly protocol: string;
  readonly server?: string | null;
  readonly lease?: { readonly address: string; readonly server: string; readonly [name: string]: unknown } | null;
  readonly leases?: readonly { readonly kind: string; readonly address?: string; readonly prefix?: string }[];
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface StartedClient {
  readonly program: Program;
  /** The next event that has one of these names, after those that were returned before. */
  next(...names: string[]): Promise<ClientEvent>;
}

/** The server's end has 10.0.0.1/24 and 2001:db8:1::1/64. */
export function createClientLab(t: TestContext): ClientLab {
  const lab = createLab(t);
  const [server, client] = [lab.namespace("server"), lab.namespace("client")];
  lab.cable(server, "eth0", client, "eth0");
  lab.exec(server, "ip", "address", "add", "10.0.0.1/24", "dev", "eth0");
  lab.exec(server, "ip", "address", "add", "2001:db8:1::1/64", "dev", "eth0", "nodad");
  const folder = temporaryFolder(t);
  return {
    lab,
    server,
    client,
    folder,
    start(...flags) {
      const program = lab.start(
        client,
        process.execPath,
        MAIN,
        "client",
        "eth0",
        "--json",
        "--resolv-conf",
        join(folder, "resolv.conf"),
        ...flags,
      );
      tellOnFailure(t, () => `the client said:\n${program.output()}`);
      let seen = 0;
      return {
        program,
        async next(...names) {
          for (const end = Date.now() + 40_000; Date.now() < end; await delay(30)) {
            const lines = program.output().split("\n").slice(0, -1);
            for (; seen < lines.length; seen++) {
              const event = eventIn(lines[seen] as string);
              if (event === undefined || !names.includes(event.event)) continue;
              seen++;
              return event;
            }
          }
          throw new Error(`no ${names.join(" or ")} within 40 seconds:\n${program.output()}`);
        },
      };
    },
  };
}

/**
 * A third host on the link, which has this address as well: the cables of both end in a bridge of
 * the server.
 */
export function addHost({ lab, server }: ClientLab, address: string): Namespace {
  const host = lab.namespace("host");
  lab.cable(server, "eth1", host, "eth0");
  lab.exec(host, "ip", "address", "add", address, "dev", "eth0", ...(address.includes(":") ? ["nodad"] : []));
  lab.exec(server, "ip", "link", "add", "br0", "type", "bridge");
  lab.exec(server, "ip", "address", "flush", "dev", "eth0");
  for (const port of ["eth0", "eth1"]) lab.exec(server, "ip", "link", "set", port, "master", "br0");
  lab.exec(server, "ip", "address", "add", "10.0.0.1/24", "dev", "br0");
  lab.exec(server, "ip", "address", "add", "2001:db8:1::1/64", "dev", "br0", "nodad");
  lab.exec(server, "ip", "link", "set", "br0", "up");
  return host;
}

function eventIn(line: string): ClientEvent | undefined {
  return line.startsWith("{") ? (JSON.parse(line) as ClientEvent) : undefined;
}

/** What the kernel has on eth0, in the forms of `ip`. */
export function configured(
  { lab, client }: ClientLab,
  family: "-4" | "-6",
): { readonly addresses: string[]; readonly routes: string[]; readonly mtu: number } {
  const [link] = JSON.parse(lab.exec(client, "ip", "-j", "address", "show", "eth0")) as [
    { mtu: number; addr_info: { family: string; local: string; prefixlen: number; scope: string }[] },
  ];
  const addresses = link.addr_info
    .filter(({ family: name, scope }) => (name === "inet") === (family === "-4") && scope === "global")
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  const routes = JSON.parse(lab.exec(client, "ip", "-j", family, "route", "show", "proto", "dhcp")) as { dst: string; gateway?: string }[];
  return { addresses, routes: routes.map(({ dst, gateway }) => `${dst} via ${gateway ?? "link"}`).sort(), mtu: link.mtu };
}

export function textOf(path: string): string {
  return readFileSync(path, "utf8");
}
