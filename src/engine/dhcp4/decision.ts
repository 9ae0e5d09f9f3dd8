import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import type * as decision from "../decision.ts";

/* What is decided about messages of DHCPv4. */

/** What is decided about a message of DHCPv4. */
export type Decision = decision.Decision<Message, Ipv4, LeaseOwner>;
/** A decision about a message of DHCPv4 that can be carried out. */
export type SettledDecision = decision.Settled<Message, Ipv4, LeaseOwner>;
/** An answer of DHCPv4. */
export type Reply = decision.Reply<Message, Ipv4, LeaseOwner>;
/** What is known from questions about IPv4 addresses. */
export type Answers = decision.Answers<Ipv4>;
