import type { Link, Network } from "../../config/model/dhcp4.ts";
import { type Lease, LeaseState, type LeaseWalker, type Seconds } from "../../leases/dhcp4/lease.ts";
import { MOST_WITH_TRAIT } from "../../leases/reader.ts";
import { equalBytes, equalIfAny, NO_BYTES } from "../../net/bytes.ts";
import { IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { LARGEST_MESSAGE_SIZE } from "../../wire/dhcp4/encode.ts";
import { type Message, MessageType, Op, type Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { isBound, isInForce } from "../common/availability.ts";
import { type BulkQuery, bulkQueryIn, type PrimaryQuery, type Refusal, StatusCode } from "./bulk-query.ts";
import type { Decider } from "./decider.ts";
import type { Context, Received } from "./exchange.ts";
import { addLeaseOptions, keptOption, remainingTime, renewalOf, saidByClient } from "./lease-options.ts";
import { isRequester, managingNetwork } from "./leasequery.ts";
import { addressOption, secondsOption } from "./option-values.ts";
import { addOnce } from "./reply-options.ts";
import { dynamicRange, networkOf } from "./subnet.ts";

/** What answers are made of, as it is at one moment. */
export interface BulkContext extends Context {
  readonly leases: LeaseWalker;
  /** Added to a time of a lease: seconds since 1970 by the machine's clock. */
  readonly wallOffset: number;
}

/**
 * Answers a DHCPBULKLEASEQUERY that came over TCP (RFC 6926 section 8.2): a DHCPLEASEACTIVE or
 * DHCPLEASEUNASSIGNED for each address, and DHCPLEASEQUERYDONE at the end. Undefined is given for
 * each address that the query is not about. The caller may stop at any of them and go on later,
 * when leases have changed: each answer is true of the moment in which it is asked for, and no
 * address comes twice. Byte strings of an answer may be views of the query and of the table: it has
 * to be encoded before the next change.
 *
 * `present` is asked for what there is at that moment; undefined: the server stops. Then, and when
 * the configuration has changed, the answers are `aborted`, and the last one says why.
 */
export function* answerBulkLeasequery(
  present: () => BulkContext | undefined,
  received: Received,
): Generator<Message | undefined, "aborted" | undefined, undefined> {
  let isFirst = true;
  const answer = (type: AnswerType, client: Client, address: Ipv4, options: readonly Option[]): Message => {
    // Only in the first one: it is the same for all (section 8.3).
    const identifier = isFirst ? [addressOption(OptionCode.serverIdentifier, received.interface.address)] : [];
    isFirst = false;
    return messageOf(received.message, type, client, address, [...identifier, ...options]);
  };
  const done = (refusal?: Refusal): Message =>
    answer(MessageType.LEASEQUERYDONE, NOBODY, IPV4_ANY, refusal === undefined ? [] : [statusOption(refusal)]);

  const query = bulkQueryIn(received.message);
  const decider = present()?.decider;
  const refusal = refusalOf(decider, received, query);
  if (decider === undefined || "status" in query || refusal !== undefined) {
    yield done(refusal);
    return decider === undefined ? "aborted" : undefined;
  }
  for (const address of addressesFor(query.primary, present)) {
    const context = present();
    if (context === undefined || context.decider !== decider) {
      yield done(context === undefined ? STOPPING : RECONFIGURED);
      return "aborted";
    }
    const found = address === undefined ? undefined : lookUp(context, query, address);
    if (found === undefined) {
      yield undefined;
      continue;
    }
    const { type, client, options } = describe(context, received, query, found);
    yield answer(type, client, found.address, options);
  }
  yield done();
  return undefined;
}

/** Undefined: the query is answered. */
function refusalOf(decider: Decider | undefined, received: Received, query: BulkQuery | Refusal): Refusal | undefined {
  if (decider === undefined) return STOPPING;
  if (!isRequester(decider.config, received.source)) return NOT_PERMITTED;
  return "status" in query ? query : undefined;
}

const STOPPING: Refusal = { status: StatusCode.queryTerminated, why: "the server is stopping" };
const RECONFIGURED: Refusal = { status: StatusCode.queryTerminated, why: "the configuration of the server has changed: ask again" };
const NOT_PERMITTED: Refusal = { status: StatusCode.notAllowed, why: "the requester is not permitted to ask" };

type Client = Pick<Message, "htype" | "chaddr">;
const NOBODY: Client = { htype: 0, chaddr: NO_BYTES };

/**
 * The addresses that may be what the query is about, each once; undefined: another one was looked
 * at. Those of all leases are gone through by address, not by row: a lease changes its row when its
 * address is forgotten and given again.
 */
function* addressesFor(primary: PrimaryQuery, present: () => BulkContext | undefined): Generator<Ipv4 | undefined> {
  const context = present();
  if (context === undefined) return;
  const { decider, leases } = context;
  if (primary.by !== "all" && primary.by !== "relayId") {
    const found = leases.withTrait(primary.by, primary.value);
    // Else there may be more.
    if (found.length < MOST_WITH_TRAIT) return yield* found.map(({ address }) => address);
  }
  const { networks, ranges } = decider.config;
  for (const { start, end, network } of ranges) {
    for (let address = start; address <= end; address++) {
      yield dynamicRange(networks[network] as Network, address) === undefined ? undefined : address;
    }
  }
  for (const { index } of networks) {
    for (const address of decider.compiled.reservations[index]?.addresses ?? []) {
      if (!isInRange(decider, address)) yield address;
    }
  }
  // What was given out by another configuration stays where it is: nobody is given it anew.
  for (const { address } of leases.leases()) {
    yield isInRange(decider, address) || isReserved(decider, address) ? undefined : address;
  }
}

function isInRange(decider: Decider, address: Ipv4): boolean {
  const network = networkOf(decider, address);
  return network !== undefined && dynamicRange(network, address) !== undefined;
}

function isReserved(decider: Decider, address: Ipv4): boolean {
  const network = networkOf(decider, address);
  return network !== undefined && decider.compiled.reservations[network.index]?.addresses.has(address) === true;
}

/** An address that the query is about. */
interface Found {
  readonly address: Ipv4;
  readonly link: Link;
  readonly lease: Lease | undefined;
  readonly state: State;
}

/** Option 156 (RFC 6926 section 6.2.7), and since when; undefined: as far as is known, for ever. */
interface State {
  readonly code: (typeof DhcpState)[keyof typeof DhcpState];
  readonly since: Seconds | undefined;
}

const DhcpState = { available: 1, active: 2, expired: 3, released: 4, abandoned: 5 } as const;

/** Undefined: the query is not about it. */
function lookUp(context: BulkContext, query: BulkQuery, address: Ipv4): Found | undefined {
  const { decider, leases, now, wallOffset } = context;
  const { primary, window } = query;
  const lease = leases.byAddress(address);
  // What was never given out has not changed at any time.
  if (lease === undefined && (primary.by !== "all" || window !== undefined)) return undefined;
  const state = stateOf(lease, now);
  if (primary.by !== "all" && (state.code !== DhcpState.active || !isAbout(primary, lease as Lease))) return undefined;
  const isInWindow = (time: Seconds | undefined): boolean =>
    time !== undefined && window !== undefined && time + wallOffset >= window.from && time + wallOffset <= window.to;
  if (window !== undefined && !isInWindow(lease?.start) && !isInWindow(state.since)) return undefined;
  const network = query.inAllVpns ? networkOf(decider, address) : managingNetwork(decider, address, query.vss);
  return network && { address, link: decider.config.links[network.link] as Link, lease, state };
}

function isAbout({ by, value, htype }: Exclude<PrimaryQuery, { readonly by: "all" }>, { owner }: Lease): boolean {
  const relay = owner.relayAgentInformation;
  switch (by) {
    case "chaddr":
      return owner.htype === htype && equalBytes(owner.chaddr, value);
    case "clientIdentifier":
      return equalIfAny(owner.clientIdentifier, value);
    case "remoteId":
      return equalIfAny(relay && subOption(relay, RelaySubOption.remoteId), value);
    case "relayId":
      return equalIfAny(relay && subOption(relay, RelaySubOption.relayAgentIdentifier), value);
  }
}

function stateOf(lease: Lease | undefined, now: Seconds): State {
  if (lease === undefined) return { code: DhcpState.available, since: undefined };
  const { state, start, expiry } = lease;
  if (state === LeaseState.released) return { code: DhcpState.released, since: expiry };
  if (isInForce(lease, now)) return { code: state === LeaseState.bound ? DhcpState.active : DhcpState.abandoned, since: start };
  return { code: state === LeaseState.declined ? DhcpState.available : DhcpState.expired, since: expiry };
}

interface Description {
  readonly type: typeof MessageType.LEASEACTIVE | typeof MessageType.LEASEUNASSIGNED;
  readonly client: Client;
  readonly options: readonly Option[];
}

/** What is told of an address, its client the last one where nobody has it now (section 7.3). */
function describe(context: BulkContext, received: Received, { requested }: BulkQuery, { link, lease, state }: Found): Description {
  const { now } = context;
  // Of a VPN it is told which (section 8.2).
  const options: Option[] = link.vss === undefined ? [] : [{ code: OptionCode.virtualSubnetSelection, data: link.vss }];
  const ofState = (code: number): Option | undefined => stateOption(context, state, code);
  if (lease !== undefined && isBound(lease, now)) {
    addLeaseOptions(options, renewalOf(context, received, lease), lease, requested, LARGEST_MESSAGE_SIZE, ofState);
    return { type: MessageType.LEASEACTIVE, client: lease.owner, options };
  }
  // Who declined an address never had it.
  const last = lease?.state === LeaseState.declined ? undefined : lease;
  for (const code of requested ?? NO_BYTES) {
    const kept = last && (keptOption(last, code, now) ?? saidByClient(last, code));
    const option = ofState(code) ?? probationOption(lease, state, code, now) ?? kept;
    if (option !== undefined) addOnce(options, option);
  }
  return { type: MessageType.LEASEUNASSIGNED, client: last?.owner ?? NOBODY, options };
}

/** Times are counted from the base time, which is that of the clock on the wall (section 6.2.3). */
function stateOption({ now, wallOffset }: BulkContext, { code: state, since }: State, code: number): Option | undefined {
  const baseTime = Math.max(0, now + wallOffset);
  switch (code) {
    case OptionCode.baseTime:
      return secondsOption(code, baseTime);
    case OptionCode.startTimeOfState:
      return secondsOption(code, since === undefined ? baseTime : Math.max(0, now - since));
    case OptionCode.dhcpState:
      return { code, data: Uint8Array.of(state) };
    default:
      return undefined;
  }
}

/** How long nobody is given the address yet (section 8.3: any state that has a timeout). */
function probationOption(lease: Lease | undefined, state: State, code: number, now: Seconds): Option | undefined {
  if (lease === undefined || state.code !== DhcpState.abandoned || code !== OptionCode.ipAddressLeaseTime) return undefined;
  return remainingTime(lease, now);
}

function statusOption({ status, why }: Refusal): Option {
  return { code: OptionCode.statusCode, data: Uint8Array.of(status, ...new TextEncoder().encode(why)) };
}

type AnswerType = typeof MessageType.LEASEACTIVE | typeof MessageType.LEASEUNASSIGNED | typeof MessageType.LEASEQUERYDONE;

function messageOf(query: Message, type: AnswerType, { htype, chaddr }: Client, ciaddr: Ipv4, options: readonly Option[]): Message {
  return {
    op: Op.reply,
    htype,
    hlen: chaddr.length,
    hops: 0,
    xid: query.xid,
    secs: 0,
    flags: query.flags,
    ciaddr,
    yiaddr: 0,
    siaddr: 0,
    giaddr: query.giaddr,
    chaddr,
    sname: NO_BYTES,
    file: NO_BYTES,
    cookie: true,
    options: [{ code: OptionCode.dhcpMessageType, data: Uint8Array.of(type) }, ...options],
  };
}
