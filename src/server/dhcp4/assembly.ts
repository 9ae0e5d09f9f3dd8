import type { Config } from "../../config/model/config.ts";
import type { ServedInterface } from "../../engine/dhcp4/decide.ts";
import { listInterfaces } from "../../io/interfaces.ts";
import { openProber, openServerListener, openTransport } from "../../io/open.ts";
import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import { createSpace } from "../../leases/dhcp4/space.ts";
import { DHCP4_LEASES } from "../../leases/dhcp4/table.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { formatAddressRange } from "../../net/range.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import { SERVER_PORT } from "../../wire/dhcp4/ports.ts";
import type { Assembly } from "../assembly.ts";
import { randomNumber } from "../random-number.ts";
import { knownBy } from "./known-by.ts";
import { compareAddresses } from "./operations.ts";
import { createDhcp4 } from "./protocol.ts";
import { INTERFACES, ownAddresses } from "./served-interfaces.ts";
import { settle } from "./settle.ts";

/** How DHCPv4 is served. */
export const DHCP4: Assembly<Config, Message, Ipv4, LeaseOwner, ServedInterface> = {
  name: "DHCPv4",
  leases: DHCP4_LEASES,
  createSpace,
  namePlaces: ({ networks, ranges }) => ({
    networks: networks.map(({ name }) => name),
    pools: ranges.map((range) => ({ name: formatAddressRange(range), network: range.network })),
  }),
  knownBy,
  interfaces: INTERFACES,
  listInterfaces,
  openTransport,
  openProber,
  wellKnownPort: SERVER_PORT,
  openServerListener,
  probesAddresses: ({ networks }) => networks.some(({ pingTimeout }) => pingTimeout !== undefined),
  bulkListen: ({ leasequery }) => leasequery?.bulk?.listen ?? [],
  createProtocol: ({ interfaces, config, leases, port, log, uptime }) =>
    createDhcp4({
      config,
      leases,
      port,
      log,
      uptime,
      interfaceAt: (index) => interfaces.at(index),
      ownAddresses: interfaces.derive(ownAddresses),
      secret: [randomNumber(), randomNumber()],
      random: () => Math.floor(Math.random() * 0x100000000),
    }),
  settle,
  compareAddresses,
  formatAddresses: formatAddressRange,
};
