import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import type * as decision from "../decision.ts";

/*
 * What is decided about messages of DHCPv6. Destinations and questions are about addresses (`Ipv6`,
 * 16 bytes), changes of leases about addresses and prefixes alike (`Ipv6Prefix`, 17 bytes): to the
 * types both are byte strings.
 */

/** What is decided about a message of DHCPv6. */
export type Decision = decision.Decision<Message, Uint8Array, LeaseOwner>;
/** A decision about a message of DHCPv6 that can be carried out. */
export type SettledDecision = decision.Settled<Message, Uint8Array, LeaseOwner>;
/** An answer of DHCPv6. */
export type Reply = decision.Reply<Message, Uint8Array, LeaseOwner>;
/** What is known from questions about IPv6 addresses. */
export type Answers = decision.Answers<Uint8Array>;
