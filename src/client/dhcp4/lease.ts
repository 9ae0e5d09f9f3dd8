import { equalBytes } from "../../net/bytes.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { type Message, Op } from "../../wire/dhcp4/message.ts";
import { optionIpv4, optionU32, optionValue } from "../../wire/dhcp4/options.ts";
import { type ClientIdentity, ClientOption } from "./messages.ts";

/** The lease time that never ends (RFC 2131 section 3.3). */
const INFINITE = 0xffffffff;

/**
 * How far T1 is moved at random, as a share of itself, so that many clients don't renew at once
 * (section 4.4.5).
 */
const T1_FUZZ = 0.05;

/**
 * A lease as its client sees it. Times are in milliseconds on the clock of `step`; Infinity where
 * it never ends.
 */
export interface ClientLease {
  readonly address: Ipv4;
  /** Option 54: who gave it, and whom to ask for more. */
  readonly serverIdentifier: Ipv4;
  /** When the request that got it was sent: the lease counts from there, not from the answer. */
  readonly start: number;
  /** When to ask the server for more time. */
  readonly t1: number;
  /** When to ask any server. */
  readonly t2: number;
  readonly expiry: number;
  /** The whole answer, for its options. */
  readonly message: Message;
}

/** Why an answer gives no lease, in words. */
export type LeaseResult = { readonly ok: true; readonly lease: ClientLease } | { readonly ok: false; readonly problem: string };

/**
 * Reads the lease from an OFFER or ACK. T1 and T2 are 1/2 and 7/8 of the lease time where the
 * server does not say, or says something impossible (section 4.4.5). `random` is uniform in [0, 1);
 * 0.5 leaves T1 where it is.
 */
export function readLease(message: Message, start: number, random: number): LeaseResult {
  const address = message.yiaddr;
  if (address === 0 || address >>> 28 >= 14) return { ok: false, problem: "yiaddr is not an address that a host can have" };
  const serverIdentifier = optionIpv4(message, ClientOption.serverIdentifier);
  if (serverIdentifier === undefined || serverIdentifier === 0) return { ok: false, problem: "no server identifier (option 54)" };
  const seconds = optionU32(message, ClientOption.ipAddressLeaseTime);
  if (seconds === undefined || seconds === 0) return { ok: false, problem: "no lease time (option 51)" };
  if (seconds === INFINITE) {
    return { ok: true, lease: { address, serverIdentifier, start, t1: Infinity, t2: Infinity, expiry: Infinity, message } };
  }
  let t1 = optionU32(message, ClientOption.renewalTime) ?? seconds / 2;
  let t2 = optionU32(message, ClientOption.rebindingTime) ?? (seconds * 7) / 8;
  // A T1 of zero would have the client renew as fast as the server answers.
  if (!(0 < t1 && t1 < t2 && t2 < seconds)) {
    t1 = seconds / 2;
    t2 = (seconds * 7) / 8;
  }
  t1 = Math.min(t1 * (1 + T1_FUZZ * (2 * random - 1)), t2);
  return {
    ok: true,
    lease: { address, serverIdentifier, start, t1: start + t1 * 1000, t2: start + t2 * 1000, expiry: start + seconds * 1000, message },
  };
}

/**
 * Whether a received message is a server's answer to this client in this transaction: a BOOTREPLY
 * with its xid and hardware address, and no other client's identifier (RFC 6842 section 3).
 */
export function answersClient(identity: ClientIdentity, xid: number, message: Message): boolean {
  if (message.op !== Op.reply || message.xid !== xid || message.htype !== identity.htype || !equalBytes(message.chaddr, identity.chaddr))
    return false;
  const echoed = optionValue(message, ClientOption.clientIdentifier);
  return echoed === undefined || identity.clientIdentifier === undefined || equalBytes(echoed, identity.clientIdentifier);
}
