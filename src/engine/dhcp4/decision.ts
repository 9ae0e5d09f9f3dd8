import type { LeaseChange } from "../../leases/lease.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import type * as engine from "../decision.ts";

/** What the engine decided about one DHCPv4 message. */
export type Decision = engine.Decision<Message, Ipv4, LeaseChange>;
export type SettledDecision = engine.SettledDecision<Message, Ipv4, LeaseChange>;
export type Reply = engine.Reply<Message, Ipv4, LeaseChange>;
export type Asking = engine.Asking<Message, Ipv4, LeaseChange>;
