import { answerBulkLeasequery, type BulkContext } from "../../engine/dhcp6/bulk-leasequery.ts";
import type { Decider } from "../../engine/dhcp6/decider.ts";
import { discardedQuery, isRequester } from "../../engine/dhcp6/lease-query.ts";
import type { LeaseWalker } from "../../leases/dhcp6/lease.ts";
import type { Duid } from "../../net/duid.ts";
import { IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "../../net/ipv6.ts";
import { decode } from "../../wire/dhcp6/decode.ts";
import { encode } from "../../wire/dhcp6/encode.ts";
import { type Message, MessageType } from "../../wire/dhcp6/message.ts";
import { type BulkProtocol, type Moment, remembersLast } from "../bulk-leasequery.ts";
import { kindOf } from "./words.ts";

export interface BulkLeasequeryParts {
  readonly leases: LeaseWalker;
  /** That of the configuration that is served by. */
  readonly decider: () => Decider;
  /** The DUID of this server. */
  readonly serverIdentifier: Duid;
}

/** Bulk leasequery for DHCPv6 (RFC 5460), as the TCP side knows it. */
export function createBulkLeasequery({ leases, decider, serverIdentifier }: BulkLeasequeryParts): BulkProtocol<Message> {
  return {
    permits(peer) {
      const address = addressOf(peer);
      return address !== undefined && isRequester(decider().config, address);
    },
    read: (bytes) => decode(bytes),
    kindOf,
    answer(message, { peer }, present) {
      if (message.type !== MessageType.LEASEQUERY || message.relays.length > 0) return undefined;
      if (discardedQuery(message, serverIdentifier) !== undefined) return undefined;
      const contextOf = remembersLast(
        ({ now }: Moment): BulkContext => ({ now, decider: decider(), leases, random: () => 0, serverIdentifier }),
      );
      const source = addressOf(peer) ?? IPV6_UNSPECIFIED;
      return answerBulkLeasequery(() => contextOf(present()), { message, source }, serverIdentifier);
    },
    write: encode,
  };
}

/** An address as the system writes it: a link-local one has its interface behind it. */
function addressOf(text: string): Ipv6 | undefined {
  return parseIpv6(text.replace(/%.*$/, ""));
}
