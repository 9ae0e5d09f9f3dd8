import type { Decision, Reply } from "../../../../src/engine/dhcp6/decision.ts";
import { associationOf, duidOf, iaidOf } from "../../../../src/leases/dhcp6/client-key.ts";
import { type Hold, type Lease, type LeaseChange, type LeaseOwner, LeaseState } from "../../../../src/leases/dhcp6/lease.ts";
import { formatAddress } from "../../../../src/net/address.ts";
import { toHex } from "../../../../src/net/bytes.ts";
import { formatIpv6 } from "../../../../src/net/ipv6.ts";
import {
  type IdentityAssociation,
  readIaAddress,
  readIaNa,
  readIaPrefix,
  statusOf,
} from "../../../../src/wire/dhcp6/identity-association.ts";
import { MessageType, type Option } from "../../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../../src/wire/dhcp6/option-code.ts";
import { hasOption, optionValue } from "../../../../src/wire/dhcp6/options.ts";
import { StatusCode } from "../../../../src/wire/dhcp6/status-code.ts";

/** A decision as tests write it down: only what it has. */
export interface Outcome {
  readonly silence?: string;
  readonly asks?: string;
  readonly type?: string;
  /** "address:port", with the interface it leaves by. */
  readonly to?: string;
  /** Status Code of the whole message. */
  readonly status?: string;
  /** "na 1" or "pd 1": what is in the association. */
  readonly ias?: Readonly<Record<string, string>>;
  /**
   * Other options in their order, but for the identifiers of client and server: their codes, or
   * "code: hex" of configured ones.
   */
  readonly options?: readonly string[];
  readonly changes?: readonly string[];
}

const TYPES = new Map(Object.entries(MessageType).map(([name, type]) => [type as number, name]));
const STATUSES = new Map(Object.entries(StatusCode).map(([name, code]) => [code as number, name]));

export function describe(decision: Decision): Outcome {
  switch (decision.kind) {
    case "silence":
      return { silence: decision.reason };
    case "question":
      return { asks: formatIpv6(decision.about.address), changes: decision.holds.map(describeChange) };
    case "update":
      return { changes: decision.changes.map(describeChange) };
    case "reply":
      return describeReply(decision);
  }
}

function describeReply({ message, to, changes }: Reply): Outcome {
  const ias: Record<string, string> = {};
  const others: string[] = [];
  for (const { code, data } of message.options) {
    if (code === OptionCode.iaNa || code === OptionCode.iaPd) {
      const value = readIaNa(data) as IdentityAssociation;
      ias[`${code === OptionCode.iaNa ? "na" : "pd"} ${value.iaid}`] = describeAssociation(value);
    } else if (code !== OptionCode.clientIdentifier && code !== OptionCode.serverIdentifier && code !== OptionCode.statusCode) {
      others.push(data.length === 0 || code === OptionCode.authentication ? String(code) : `${code}: ${toHex(data)}`);
    }
  }
  const outcome: Record<string, unknown> = {
    type: TYPES.get(message.type),
    to: `${formatIpv6(to.address)}:${to.port}%${to.interfaceIndex}`,
  };
  if (hasOption(message.options, OptionCode.statusCode)) outcome.status = STATUSES.get(statusOf(message.options));
  if (Object.keys(ias).length > 0) outcome.ias = ias;
  if (others.length > 0) outcome.options = others;
  if (changes.length > 0) outcome.changes = changes.map(describeChange);
  return outcome as Outcome;
}

/** "T1/T2: address preferred/valid, ..., status". */
function describeAssociation({ t1, t2, options }: IdentityAssociation): string {
  const parts = options.flatMap((option): readonly string[] => {
    const status = option.code === OptionCode.statusCode ? [STATUSES.get(statusOf([option])) as string] : [];
    return [...describeLease(option), ...status];
  });
  return `${time(t1)}/${time(t2)}: ${parts.join(", ")}`;
}

function describeLease({ code, data }: Option): readonly string[] {
  if (code === OptionCode.iaAddress) {
    const value = readIaAddress(data);
    return value === undefined ? ["?"] : [`${formatIpv6(value.address)} ${time(value.preferredLifetime)}/${time(value.validLifetime)}`];
  }
  if (code !== OptionCode.iaPrefix) return [];
  const value = readIaPrefix(data);
  if (value === undefined) return ["?"];
  const excluded = optionValue(value.options, OptionCode.pdExclude);
  const but = excluded === undefined ? "" : ` without ${toHex(excluded)}`;
  return [`${formatAddress(value.prefix)} ${time(value.preferredLifetime)}/${time(value.validLifetime)}${but}`];
}

function time(seconds: number): string {
  return seconds === 0xffffffff ? "ever" : String(seconds);
}

const STATES = new Map(Object.entries(LeaseState).map(([name, state]) => [state as number, name]));

export function describeChange(change: LeaseChange): string {
  switch (change.kind) {
    case "put":
      return describeLeaseAt(change.lease);
    case "hold":
      return `${change.beside === true ? "also " : ""}${describeHold(change.hold)}`;
    case "remove":
    case "withdraw":
      return `${change.kind} ${lease(change.address)}`;
  }
}

export function describeLeaseAt({ address, state, start, expiry, owner }: Lease): string {
  const until = expiry === 0xffffffff ? "ever" : expiry;
  return `${lease(address)} ${STATES.get(state)} ${start}-${until} ${describeOwner(owner)}`;
}

export function describeHold({ address, until, owner }: Hold): string {
  return `${lease(address)} held until ${until} ${describeOwner(owner)}`;
}

/** "na 1 of 10": type and IAID, and the last byte of the DUID. */
export function describeOwner({ clientKey }: LeaseOwner): string {
  const type = ["", "na", "pd", "host"][associationOf(clientKey)];
  return `${type} ${iaidOf(clientKey)} of ${duidOf(clientKey).at(-1)}`;
}

function lease(prefix: Uint8Array): string {
  return formatAddress(prefix[16] === 128 ? prefix.subarray(0, 16) : prefix);
}
