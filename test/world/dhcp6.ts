import type { Dhcp6Config } from "../../src/config/model/dhcp6.ts";
import type { ServedInterface } from "../../src/engine/dhcp6/exchange.ts";
import type { LeaseOwner } from "../../src/leases/dhcp6/lease.ts";
import { createLeaseTable } from "../../src/leases/dhcp6/table.ts";
import { duidLl } from "../../src/net/duid.ts";
import type { Ipv6 } from "../../src/net/ipv6.ts";
import type { Ipv6Prefix } from "../../src/net/ipv6-prefix.ts";
import { createDhcp6 } from "../../src/server/dhcp6/protocol.ts";
import { decode } from "../../src/wire/dhcp6/decode.ts";
import type { Message } from "../../src/wire/dhcp6/message.ts";
import type { WorldProtocol } from "./machine.ts";

const SERVER = duidLl({ type: 1, address: Uint8Array.of(2, 0xff, 0, 0, 0, 1) });

/** DHCPv6 as a machine of the world serves it on these interfaces. */
export function dhcp6Of(
  config: Dhcp6Config,
  interfaces: readonly ServedInterface[],
): WorldProtocol<Message, Ipv6 | Ipv6Prefix, LeaseOwner> {
  const byIndex = new Map(interfaces.map((one) => [one.index, one]));
  const addresses = interfaces.flatMap((one) => one.addresses);
  return {
    createTable: (secret) => createLeaseTable(config, secret),
    knownBy: (record) => record,
    createProtocol: ({ leases, ...parts }) =>
      createDhcp6({
        ...parts,
        leases,
        config,
        interfaceAt: (index) => byIndex.get(index),
        interfaceNamed: (name) => interfaces.find((one) => one.name === name),
        ownAddresses: () => addresses,
        serverIdentifier: SERVER,
        port: 547,
      }),
    decode(bytes) {
      const decoded = decode(bytes);
      if (!decoded.ok) throw new Error(`the server sent what is no message: ${decoded.problem}`);
      return decoded.message;
    },
  };
}
