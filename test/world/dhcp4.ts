import type { Config } from "../../src/config/model/config.ts";
import type { ServedInterface } from "../../src/engine/dhcp4/decide.ts";
import type { LeaseOwner } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable } from "../../src/leases/dhcp4/table.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import { knownBy } from "../../src/server/dhcp4/known-by.ts";
import { createDhcp4 } from "../../src/server/dhcp4/protocol.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import type { WorldProtocol } from "./machine.ts";

/** DHCPv4 as a machine of the world serves it on these interfaces. */
export function dhcp4Of(config: Config, interfaces: readonly ServedInterface[]): WorldProtocol<Message, Ipv4, LeaseOwner> {
  const byIndex = new Map(interfaces.map((one) => [one.index, one]));
  const addresses = new Set(interfaces.map(({ address }) => address));
  return {
    createTable: (secret) => createLeaseTable(config, secret),
    knownBy: (record) => knownBy(config, record),
    createProtocol: (parts) =>
      createDhcp4({ ...parts, config, interfaceAt: (index) => byIndex.get(index), ownAddresses: () => addresses, port: 67 }),
    decode(bytes) {
      const decoded = decode(bytes);
      if (!decoded.ok) throw new Error(`the server sent what is no message: ${decoded.problem}`);
      return decoded.message;
    },
  };
}
