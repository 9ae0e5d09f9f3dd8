/** How the DHCP clients that others wrote are configured and run. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientEvent, ClientEventName, ClientProgram, DhcpClientOptions } from "./dhcp-client.ts";
import type { Lab, Namespace, Program } from "./namespaces.ts";

/** What a program is started with. */
export interface DriverInput {
  readonly lab: Lab;
  readonly where: Namespace;
  readonly options: DhcpClientOptions;
  readonly device: string;
  readonly folder: string;
  readonly hook: string;
  /** The folder for what the client remembers. */
  readonly state: string;
}

/** How one program is run, and how it tells what happens. */
export interface Driver {
  readonly command: [string, ...string[]];
  release(running: Program): Promise<void>;
  /** What has happened since the client was made, for a program that runs no script. */
  events?(running: Program): readonly ClientEvent[];
}

export const drivers: Readonly<Record<ClientProgram, (input: DriverInput) => Driver>> = {
  dhclient({ lab, where, options, device, folder, hook, state }) {
    const { hostname, fqdn, clientIdentifier, vendorClass, userClass } = options;
    const configuration = join(folder, "dhclient.conf");
    const lines = ["initial-interval 1;", "retry 2;", "request subnet-mask, routers, domain-name-servers, domain-name, host-name;"];
    if (hostname !== undefined) lines.push(`send host-name "${hostname}";`);
    if (fqdn !== undefined) {
      const onOff = (is: boolean): string => (is ? "on" : "off");
      lines.push(`send fqdn.fqdn "${fqdn.name}"; send fqdn.encoded ${onOff(fqdn.encoded)};`);
      // The program would try to update the DNS itself.
      lines.push(`send fqdn.server-update ${onOff(fqdn.serverUpdates)}; do-forward-updates false;`);
    }
    if (clientIdentifier !== undefined) lines.push(`send dhcp-client-identifier ${colons(clientIdentifier)};`);
    if (vendorClass !== undefined) lines.push(`send vendor-class-identifier "${vendorClass}";`);
    if (userClass !== undefined) lines.push(`send user-class "${userClass}";`);
    writeFileSync(configuration, `${lines.join("\n")}\n`);
    const files = ["-cf", configuration, "-lf", join(state, "leases"), "-pf", join(folder, "pid"), "-sf", hook];
    return {
      command: ["dhclient", "-4", "-d", "-v", ...files, device],
      async release(running) {
        lab.exec(where, "dhclient", "-4", "-r", ...files, device);
        await running.ended;
      },
    };
  },
  udhcpc({ options, device, hook }) {
    const { hostname, clientIdentifier, vendorClass, userClass } = options;
    const extra: string[] = [];
    if (hostname !== undefined) extra.push("-x", `hostname:${hostname}`);
    if (clientIdentifier !== undefined) extra.push("-x", `0x3d:${clientIdentifier}`);
    if (vendorClass !== undefined) extra.push("-V", vendorClass);
    if (options.checksAddress) extra.push("-a");
    if (userClass !== undefined) extra.push("-x", `0x4d:${Buffer.from(userClass).toString("hex")}`);
    return {
      // Tries each message five times, a second apart, and begins again a second later.
      command: ["udhcpc", "-f", "-i", device, "-s", hook, "-t", "5", "-T", "1", "-A", "1", "-R", ...extra],
      async release(running) {
        // With -R it releases its lease when it is ended.
        await running.end("SIGTERM");
      },
    };
  },
  dhcpcd({ options, device, folder, hook, state }) {
    const { hostname, fqdn, clientIdentifier, vendorClass, userClass, rapidCommit } = options;
    const configuration = join(folder, "dhcpcd.conf");
    const lines = ["ipv4only", "noipv4ll", "nodelay", "option subnet_mask, routers, domain_name_servers, domain_name, host_name"];
    if (hostname !== undefined) lines.push(`hostname ${hostname}`);
    if (fqdn !== undefined) lines.push(`hostname ${fqdn.name}`, "fqdn both");
    if (!options.checksAddress) lines.push("noarp");
    if (vendorClass !== undefined) lines.push(`vendorclassid ${vendorClass}`);
    if (userClass !== undefined) lines.push(`userclass ${userClass}`);
    if (rapidCommit) lines.push("option rapid_commit");
    lines.push(clientIdentifier === undefined ? "clientid" : `clientid ${colons(clientIdentifier)}`);
    writeFileSync(configuration, `${lines.join("\n")}\n`);
    // Its places are built in, so it gets other ones in its mount namespace.
    const places = 'mount --bind "$1" /var/lib/dhcpcd && mount -t tmpfs none /run && mkdir /run/dhcpcd && shift && exec "$@"';
    return {
      command: ["sh", "-c", places, "sh", state, "dhcpcd", "-4", "-B", "-d", "-f", configuration, "-c", hook, device],
      async release(running) {
        await running.end("SIGALRM");
      },
    };
  },
  "systemd-networkd"({ lab, where, options, device, folder, state }) {
    const { hostname, clientIdentifier, vendorClass, userClass } = options;
    const configuration = join(folder, "client.network");
    const lines = [`[Match]\nName=${device}`, "[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\nIPv6AcceptRA=no", "[DHCPv4]\nUseHostname=no"];
    lines.push(hostname === undefined ? "SendHostname=no" : `Hostname=${hostname}`);
    if (vendorClass !== undefined) lines.push(`VendorClassIdentifier=${vendorClass}`);
    if (userClass !== undefined) lines.push(`UserClass=${userClass}`);
    lines.push(...networkdIdentifier(clientIdentifier));
    writeFileSync(configuration, `${lines.join("\n")}\n`);
    // It works without D-Bus. With /sys closed for writing it does not wait for udev, which is not in the namespace.
    const places =
      'mount -o remount,ro,bind /sys && mount --bind "$1" /run && mkdir -p /run/systemd/network && cp "$2" /run/systemd/network';
    const settings = "SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console";
    const { ifindex } = JSON.parse(lab.exec(where, "ip", "-j", "link", "show", device))[0] as { ifindex: number };
    const leaseFile = join(state, "systemd/netif/leases", String(ifindex));
    const before: ClientEvent[] = [];
    let current: { readonly running: Program; events: readonly ClientEvent[] } | undefined;
    return {
      command: ["sh", "-c", `${places} && ${settings} exec systemd-networkd`, "sh", state, configuration],
      async release(running) {
        await running.end("SIGTERM");
      },
      events(running) {
        if (current?.running !== running) {
          before.push(...(current?.events ?? []));
          current = { running, events: [] };
        }
        current.events = networkdEvents(running.output(), leaseFile, current.events);
        return [...before, ...current.events];
      },
    };
  },
};

/** How systemd-networkd calls in its log what it asks for, and what that is for others. */
const NETWORKD_EVENTS: Readonly<Record<string, ClientEventName>> = {
  requesting: "BOUND",
  "init-reboot": "REBOOT",
  renewing: "RENEW",
  rebinding: "REBIND",
};

/** The events in the log of systemd-networkd, each with the lease file as it was when the event was seen. */
function networkdEvents(log: string, leaseFile: string, known: readonly ClientEvent[]): readonly ClientEvent[] {
  const events: ClientEvent[] = [];
  let asked = "";
  let acknowledged = false;
  for (const line of log.split("\n").slice(0, -1)) {
    asked = /DHCPv4 client: REQUEST \((.*)\)/.exec(line)?.[1] ?? asked;
    if (line.endsWith("DHCPv4 client: ACK")) acknowledged = true;
    if (!acknowledged || !line.endsWith("DHCPv4 address and routes set.")) continue;
    acknowledged = false;
    events.push(known[events.length] ?? { event: NETWORKD_EVENTS[asked] ?? asked, ...networkdLease(readFileSync(leaseFile, "utf8")) });
  }
  return events;
}

function networkdLease(file: string): Omit<ClientEvent, "event"> {
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(file)?.[1] ?? "";
  return {
    address: value("ADDRESS"),
    mask: value("NETMASK"),
    routers: value("ROUTER"),
    dns: value("DNS"),
    domain: value("DOMAINNAME"),
    server: value("SERVER_ADDRESS"),
    leaseTime: value("LIFETIME"),
    hostname: value("HOSTNAME"),
  };
}

function colons(hex: string): string {
  return (hex.match(/../g) ?? []).join(":");
}

/** Option 61: type 1 and the hardware address, or a DUID with an IAID (RFC 4361), which is all that it can be made to send. */
function networkdIdentifier(hex: string | undefined): string[] {
  if (hex === undefined) return ["ClientIdentifier=mac"];
  assert.match(hex, /^ff.{8}0002.{24}$/, "ff, an IAID, and a DUID of type 2 with 12 bytes");
  const [iaid, duid] = [Number.parseInt(hex.slice(2, 10), 16), hex.slice(14)];
  return ["ClientIdentifier=duid", `IAID=${iaid}`, "DUIDType=vendor", `DUIDRawData=${colons(duid)}`];
}
