import { answerBulkLeasequery, type BulkContext } from "../../engine/dhcp4/bulk-leasequery.ts";
import type { Decider } from "../../engine/dhcp4/decider.ts";
import { isRequester } from "../../engine/dhcp4/leasequery.ts";
import type { LeaseWalker } from "../../leases/dhcp4/lease.ts";
import { IPV4_ANY, parseIpv4 } from "../../net/ipv4.ts";
import { decode } from "../../wire/dhcp4/decode.ts";
import { encode } from "../../wire/dhcp4/encode.ts";
import { type Message, MessageType, Op } from "../../wire/dhcp4/message.ts";
import { messageType } from "../../wire/dhcp4/options.ts";
import { type BulkProtocol, type Moment, remembersLast } from "../bulk-leasequery.ts";
import { kindOf } from "./words.ts";

export interface BulkLeasequeryParts {
  readonly leases: LeaseWalker;
  /** That of the configuration that is served by. */
  readonly decider: () => Decider;
}

/** Bulk leasequery for DHCPv4 (RFC 6926), as the TCP side knows it. */
export function createBulkLeasequery({ leases, decider }: BulkLeasequeryParts): BulkProtocol<Message> {
  return {
    permits(peer) {
      const address = parseIpv4(peer);
      return address !== undefined && isRequester(decider().config, address);
    },
    read: (bytes) => decode(bytes),
    kindOf,
    answer(message, { peer, peerPort, local, localPort }, present) {
      if (message.op !== Op.request || messageType(message) !== MessageType.BULKLEASEQUERY) return undefined;
      const address = parseIpv4(local) ?? IPV4_ANY;
      const contextOf = remembersLast((moment: Moment): BulkContext => ({ ...moment, decider: decider(), leases, random: 0 }));
      return answerBulkLeasequery(() => contextOf(present()), {
        message,
        interface: { index: 0, name: "", address, prefixLength: 32 },
        source: parseIpv4(peer) ?? IPV4_ANY,
        sourcePort: peerPort,
        destination: address,
        serverPort: localPort,
      });
    },
    write: encode,
  };
}
