import type { LeaseDatabase } from "../../leases/dhcp4/database.ts";
import type { LeaseOwner, Seconds } from "../../leases/dhcp4/lease.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { decode, PROBLEM_TEXT } from "../../wire/dhcp4/decode.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import type { Notice } from "../notice.ts";
import * as steps from "../step.ts";
import { decide } from "./decide.ts";
import type { Decider } from "./decider.ts";
import type { Context, Received } from "./exchange.ts";
import type { Trace } from "./trace.ts";

/** What a server of DHCPv4 does about one packet, and the next database. */
export type Step = steps.Step<Message, Ipv4, LeaseOwner>;

/** A packet and how it came in: its UDP payload. */
export type Packet = Omit<Received, "message" | "length"> & { readonly bytes: Uint8Array };

/** What else a step may depend on. */
export type StepOptions = Partial<Pick<Context, "random" | "answers" | "ownAddresses" | "givenClasses">> & { readonly trace?: Trace };

/**
 * A whole DHCPv4 server as a function: the configuration (`createDecider`), the leases, a packet
 * and the time in seconds give the next leases and what to send. Never throws, whatever the packet;
 * the same arguments give the same result, and the database that was given stays as it is. The
 * messages in the result are views of `packet.bytes`.
 */
export function step(decider: Decider, database: LeaseDatabase, packet: Packet, now: Seconds, options: StepOptions = {}): Step {
  const passed = steps.passTime(database, now);
  const decoded = decode(packet.bytes);
  if (!decoded.ok) return steps.failed(passed, PROBLEM_TEXT[decoded.problem.kind]);
  const notices: Notice<Ipv4>[] = [];
  const { trace, random = 0, ...more } = options;
  const context: Context = { decider, leases: passed.database, now, random, ...more, notify: (notice) => notices.push(notice) };
  const decision = decide(context, { ...packet, message: decoded.message, length: packet.bytes.length }, trace);
  return steps.carryOut({ ...passed, notices }, decision);
}
