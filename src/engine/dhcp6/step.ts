import type { LeaseDatabase } from "../../leases/dhcp6/database.ts";
import type { LeaseOwner, Seconds } from "../../leases/dhcp6/lease.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { decode, PROBLEM_TEXT } from "../../wire/dhcp6/decode.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import type { Notice } from "../notice.ts";
import * as steps from "../step.ts";
import { decide } from "./decide.ts";
import type { Decider } from "./decider.ts";
import type { Context, Received } from "./exchange.ts";
import type { Trace } from "./trace.ts";

/** What a server of DHCPv6 does about one packet, and the next database. */
export type Step = steps.Step<Message, Uint8Array, LeaseOwner>;

/** A packet and how it came in: its UDP payload. */
export type Packet = Omit<Received, "message" | "length"> & { readonly bytes: Uint8Array };

/** What else a step may depend on. Without `random` addresses are those that the client hashes to, or the lowest. */
export type StepOptions = Pick<Context, "serverIdentifier"> &
  Partial<Pick<Context, "random" | "answers" | "ownAddresses" | "givenClasses">> & { readonly trace?: Trace };

/**
 * A whole DHCPv6 server as a function: the configuration (`createDecider`), the leases, a packet,
 * the time in seconds and the DUID of the server give the next leases and what to send. Never
 * throws, whatever the packet; the same arguments give the same result, and the database that was
 * given stays as it is. The messages in the result are views of `packet.bytes`.
 */
export function step(decider: Decider, database: LeaseDatabase, packet: Packet, now: Seconds, options: StepOptions): Step {
  const passed = steps.passTime(database, now);
  const decoded = decode(packet.bytes);
  if (!decoded.ok) return steps.failed(passed, PROBLEM_TEXT[decoded.problem.kind]);
  const notices: Notice<Ipv6Prefix>[] = [];
  const { trace, random = () => 0, ...more } = options;
  const context: Context = { decider, leases: passed.database, now, random, ...more, notify: (notice) => notices.push(notice) };
  const decision = decide(context, { ...packet, message: decoded.message, length: packet.bytes.length }, trace);
  return steps.carryOut({ ...passed, notices }, decision);
}
