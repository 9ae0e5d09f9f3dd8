import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Dhcp6Config, PrefixPool, Range } from "../../config/model/dhcp6.ts";
import type { ServedInterface } from "../../engine/dhcp6/exchange.ts";
import { listIpv6Interfaces } from "../../io/interfaces.ts";
import { openIpv6Prober, openIpv6ServerListener, openIpv6Transport, openRoutes } from "../../io/open.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { createSpace } from "../../leases/dhcp6/space.ts";
import { DHCP6_LEASES } from "../../leases/dhcp6/table.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "../../net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import { SERVER_PORT } from "../../wire/dhcp6/ports.ts";
import type { Assembly } from "../assembly.ts";
import { createRandom, randomNumber } from "../random-number.ts";
import { ADDRESS_TEXT, compareLeased } from "./operations.ts";
import { createDhcp6 } from "./protocol.ts";
import { keepRoutes } from "./routes.ts";
import { INTERFACES, ownAddresses } from "./served-interfaces.ts";
import { serverIdentifier } from "./server-identifier.ts";
import { settle } from "./settle.ts";

/** All servers and relays on a link, and all servers of a site (RFC 8415 section 7.1). */
const GROUPS = ["ff02::1:2", "ff05::1:3"].map((text) => parseIpv6(text) as Ipv6);

function nameOfPool(pool: Range | PrefixPool): string {
  if (pool.kind === "addresses") return `${formatIpv6(pool.start)}-${formatIpv6(pool.end)}`;
  return `${formatIpv6Prefix(pool.prefix)} /${pool.delegatedLength}`;
}

/** How DHCPv6 is served. */
export const DHCP6: Assembly<Dhcp6Config, Message, Ipv6 | Ipv6Prefix, LeaseOwner, ServedInterface> = {
  name: "DHCPv6",
  leases: DHCP6_LEASES,
  createSpace,
  namePlaces: ({ networks, pools }) => ({
    networks: networks.map(({ name }) => name),
    pools: pools.map((pool) => ({
      name: nameOfPool(pool),
      network: pool.network,
      ...(pool.kind === "prefixes" && { prefixes: true as const }),
    })),
  }),
  knownBy: (_, record) => record,
  interfaces: INTERFACES,
  listInterfaces: listIpv6Interfaces,
  openTransport: (options) => openIpv6Transport({ ...options, groups: GROUPS }),
  openProber: openIpv6Prober,
  wellKnownPort: SERVER_PORT,
  openServerListener: openIpv6ServerListener,
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
  settle,
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
