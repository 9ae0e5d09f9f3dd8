import { Association, clientKeyOf } from "../../src/leases/dhcp6/client-key.ts";
import { type LeaseOwner, LeaseState } from "../../src/leases/dhcp6/lease.ts";
import { relayRecord } from "../../src/leases/dhcp6/relays.ts";
import type { LeaseTable } from "../../src/leases/dhcp6/table.ts";
import { equalBytes, toHex } from "../../src/net/bytes.ts";
import { formatIpv6 } from "../../src/net/ipv6.ts";
import { formatIpv6Prefix } from "../../src/net/ipv6-prefix.ts";
import { readIaAddress, readIaPrefix } from "../../src/wire/dhcp6/identity-association.ts";
import { lqQueryOption, QueryType, readLqRelayData } from "../../src/wire/dhcp6/leasequery.ts";
import { type Message, MessageType, type Option } from "../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../src/wire/dhcp6/option-code.ts";
import { optionRequest, optionU32, readOptions } from "../../src/wire/dhcp6/options.ts";
import { StatusCode } from "../../src/wire/dhcp6/status-code.ts";
import { address, prefix } from "./dhcp6-config.ts";

/* Leases and queries for tests of LEASEQUERY, and its answers in words. */

export const SERVER_DUID = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 9, 0, 1);
export const REQUESTER_DUID = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 9, 0, 2);

/** The DUID of the client with this number. */
export function duidOf(client: number): Uint8Array {
  return Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, client >>> 8, client);
}

export interface Lessee {
  readonly client: number;
  readonly iaid?: number;
  readonly association?: Association;
  readonly state?: keyof typeof LeaseState;
  readonly start?: number;
  readonly expiry?: number;
  readonly preferred?: number;
  /** Of the relays that the client is behind, that nearest to the server first. */
  readonly relayIds?: readonly (string | undefined)[];
  readonly remoteId?: Uint8Array;
  readonly more?: Partial<LeaseOwner>;
}

/** Puts a lease in the table, of an address or a prefix. */
export function lease(table: LeaseTable, at: string, spec: Lessee): void {
  const { client, iaid = 1, state = "bound", start = 900, expiry = 4900, preferred = 3000, relayIds = [], remoteId, more } = spec;
  const relays = relayIds.map((id, i) => ({
    hopCount: relayIds.length - 1 - i,
    linkAddress: address("::"),
    peerAddress: address(`fe80::${i + 1}`),
    options: [
      ...(id === undefined ? [] : [{ code: OptionCode.relayId, data: new TextEncoder().encode(id) }]),
      ...(remoteId === undefined ? [] : [{ code: OptionCode.remoteId, data: remoteId }]),
    ],
  }));
  const association = spec.association ?? (at.includes("/") ? Association.prefixes : Association.addresses);
  const owner: LeaseOwner = {
    clientKey: clientKeyOf(association, iaid, duidOf(client)),
    preferredLifetime: preferred,
    peerAddress: address("fe80::99"),
    relays: relayRecord(relays),
    interfaceName: undefined,
    hardware: undefined,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
    ...more,
  };
  table.apply({ kind: "put", lease: { address: prefix(at), state: LeaseState[state], start, expiry, owner } });
}

export interface QuerySpec {
  readonly by: keyof typeof QueryType | number;
  readonly link?: string;
  readonly address?: string;
  readonly client?: number;
  readonly relayId?: string;
  readonly remoteId?: Uint8Array;
  readonly requested?: readonly number[];
  /** Instead of what a LEASEQUERY has. */
  readonly options?: readonly Option[];
}

export function leasequery(spec: QuerySpec): Message {
  const options: Option[] = [];
  if (spec.address !== undefined)
    options.push({ code: OptionCode.iaAddress, data: Uint8Array.of(...address(spec.address), ...new Uint8Array(8)) });
  if (spec.client !== undefined) options.push({ code: OptionCode.clientIdentifier, data: duidOf(spec.client) });
  if (spec.relayId !== undefined) options.push({ code: OptionCode.relayId, data: new TextEncoder().encode(spec.relayId) });
  if (spec.remoteId !== undefined) options.push({ code: OptionCode.remoteId, data: spec.remoteId });
  if (spec.requested !== undefined) options.push(optionRequest(spec.requested));
  const type = typeof spec.by === "number" ? spec.by : QueryType[spec.by];
  return {
    type: MessageType.LEASEQUERY,
    transactionId: 7,
    relays: [],
    options: spec.options ?? [
      { code: OptionCode.clientIdentifier, data: REQUESTER_DUID },
      lqQueryOption({ type, linkAddress: address(spec.link ?? "::"), options }),
    ],
  };
}

/** The answer and its options, one line each; what is told of a client in one line. */
export function describeAnswer({ type, transactionId, options }: Message): readonly string[] {
  const name = Object.entries(MessageType).find(([, number]) => number === type)?.[0];
  return [transactionId === 7 ? `${name}` : `${name} of ${transactionId}`, ...options.map(describeOption)];
}

const STATUS_NAMES = Object.fromEntries(Object.entries(StatusCode).map(([name, value]) => [value, name]));

function describeOption({ code, data }: Option): string {
  switch (code) {
    case OptionCode.clientIdentifier:
      return equalBytes(data, REQUESTER_DUID) ? "requester" : `client ${((data.at(-2) as number) << 8) | (data.at(-1) as number)}`;
    case OptionCode.serverIdentifier:
      return equalBytes(data, SERVER_DUID) ? "server" : `server ${toHex(data)}`;
    case OptionCode.statusCode:
      return `${STATUS_NAMES[data[1] as number]}: ${new TextDecoder().decode(data.subarray(2))}`;
    case OptionCode.clientData:
      return readOptions(data).map(describeOption).join("; ");
    case OptionCode.iaAddress: {
      const { address, preferredLifetime, validLifetime } = readIaAddress(data) as NonNullable<ReturnType<typeof readIaAddress>>;
      return `${formatIpv6(address)} for ${preferredLifetime} ${validLifetime}`;
    }
    case OptionCode.iaPrefix: {
      const { prefix, preferredLifetime, validLifetime } = readIaPrefix(data) as NonNullable<ReturnType<typeof readIaPrefix>>;
      return `${formatIpv6Prefix(prefix)} for ${preferredLifetime} ${validLifetime}`;
    }
    case OptionCode.cltTime:
      return `heard ${optionU32([{ code, data }], code)} s ago`;
    case OptionCode.lqRelayData: {
      const { peerAddress, message } = readLqRelayData(data) as NonNullable<ReturnType<typeof readLqRelayData>>;
      return `relays ${formatIpv6(peerAddress)} ${toHex(message)}`;
    }
    case OptionCode.lqClientLink:
      return `links ${Array.from({ length: data.length / 16 }, (_, i) => formatIpv6(data.subarray(16 * i, 16 * i + 16))).join(" ")}`;
    default:
      return `${code} ${toHex(data)}`;
  }
}
