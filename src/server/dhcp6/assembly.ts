import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import type { ServedInterface } from "../../engine/dhcp6/exchange.ts";
import { listIpv6Interfaces } from "../../io/interfaces.ts";
import { openIpv6Prober, openIpv6Transport, openRoutes } from "../../io/open.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { createSpace } from "../../leases/dhcp6/space.ts";
import { DHCP6_LEASES } from "../../leases/dhcp6/table.ts";
import { type Ipv6, parseIpv6 } from "../../net/ipv6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import type { Assembly } from "../assembly.ts";
import { createRandom, randomNumber } from "../random-number.ts";
import { ADDRESS_TEXT, compareLeased } from "./operations.ts";
import { createDhcp6 } from "./protocol.ts";
import { keepRoutes } from "./routes.ts";
import { INTERFACES, ownAddresses } from "./served-interfaces.ts";
import { serverIdentifier } from "./server-identifier.ts";

/** All servers and relays on a link, and all servers of a site (RFC 8415 section 7.1). */
const GROUPS = ["ff02::1:2", "ff05::1:3"].map((text) => parseIpv6(text) as Ipv6);

/** How DHCPv6 is served. */
export const DHCP6: Assembly<Dhcp6Config, Message, Ipv6 | Ipv6Prefix, LeaseOwner, ServedInterface> = {
  leases: DHCP6_LEASES,
  createSpace,
  knownBy: (_, record) => record,
  interfaces: INTERFACES,
  listInterfaces: listIpv6Interfaces,
  openTransport: (options) => openIpv6Transport({ ...options, groups: GROUPS }),
  openProber: openIpv6Prober,
  probesAddresses: ({ networks }) => networks.some(({ pingTimeout }) => pingTimeout !== undefined),
  bulkListen: ({ leasequery }) => leasequery?.bulk?.listen ?? [],
  createProtocol: ({ interfaces, facts, ...parts }) =>
    createDhcp6({
      ...parts,
      interfaceAt: (index) => interfaces.at(index),
      interfaceNamed: (name) => interfaces.served.find((one) => one.name === name),
      ownAddresses: interfaces.derive(ownAddresses),
      serverIdentifier: serverIdentifier({
        spec: parts.config.serverId,
        facts,
        local: [...interfaces.local].sort(
          (a, b) => Number(interfaces.at(b.index) !== undefined) - Number(interfaces.at(a.index) !== undefined),
        ),
        now: Date.now() / 1000,
        randomBytes: (length) => Uint8Array.from(randomBytes(length)),
        readFile: readIfThere,
        warn: (text) => parts.log.warn(text),
      }),
      secret: [randomNumber(), randomNumber()],
      random: createRandom(),
    }),
  async openFollower({ config, leases, interfaces, log }) {
    if (!config.kernelRoutes) return undefined;
    return keepRoutes({
      routes: await openRoutes(),
      leases: leases.leases(),
      interfaceNamed: (name) => interfaces.served.find((one) => one.name === name)?.index,
      warn: (text) => log.warn(text),
    });
  },
  settle(before, asked) {
    const fixed: string[] = [];
    if (JSON.stringify(before.serverId) !== JSON.stringify(asked.serverId)) {
      fixed.push("`server_id` of `v6` has changed: the server is known by another DUID when it is restarted");
    }
    if (before.kernelRoutes !== asked.kernelRoutes) {
      fixed.push("`routes` of `v6` has changed: routes are kept as before until the server is restarted");
    }
    return { config: { ...asked, serverId: before.serverId, kernelRoutes: before.kernelRoutes }, fixed };
  },
  compareAddresses: compareLeased,
  formatAddresses: ADDRESS_TEXT.format,
};

/** Undefined: there is no such file. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
