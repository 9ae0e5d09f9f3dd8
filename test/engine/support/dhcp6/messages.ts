import { iaAddressOption, iaOption, iaPrefixOption } from "../../../../src/wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option, type Relay } from "../../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../../src/wire/dhcp6/option-code.ts";
import { optionRequest } from "../../../../src/wire/dhcp6/options.ts";
import { address, prefix } from "./config.ts";

/** What tests say of a client's message. */
export interface MessageSpec {
  /** The last byte of the DUID; null: no Client Identifier. Left out: 10. */
  readonly client?: number | null;
  readonly duid?: Uint8Array;
  /** Whether it names this server, another one or none. Left out: as its type wants. */
  readonly server?: "this" | "other" | "none";
  /** IA_NA by IAID, with the addresses in each; "address valid" for one with a lifetime. */
  readonly na?: Readonly<Record<number, readonly string[]>>;
  /** IA_PD by IAID, with the prefixes in each; "::/56" is a wish for a length. */
  readonly pd?: Readonly<Record<number, readonly string[]>>;
  /** Option 6. */
  readonly asks?: readonly number[];
  readonly more?: readonly Option[];
  /** That nearest to the server first. */
  readonly relays?: readonly RelaySpec[];
}

export interface RelaySpec {
  readonly link?: string;
  readonly peer?: string;
  readonly hops?: number;
  readonly options?: readonly Option[];
}

export const TRANSACTION = 0x123456;
export const ALICE = 10;
export const BOB = 11;
export const CAROL = 12;

export function duid(client: number): Uint8Array {
  return Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, client);
}

export const SERVER_DUID = Uint8Array.of(0, 2, 0, 0, 0x12, 0x34, 7);
const OTHER_SERVER = Uint8Array.of(0, 2, 0, 0, 0x12, 0x34, 8);

const NAMES_SERVER: readonly number[] = [MessageType.REQUEST, MessageType.RENEW, MessageType.RELEASE, MessageType.DECLINE];

export function message(type: keyof typeof MessageType, spec: MessageSpec = {}): Message {
  const { client = ALICE, server = NAMES_SERVER.includes(MessageType[type]) ? "this" : "none" } = spec;
  const options: Option[] = [];
  const own = spec.duid ?? (client === null ? undefined : duid(client));
  if (own !== undefined) options.push({ code: OptionCode.clientIdentifier, data: own });
  if (server !== "none") options.push({ code: OptionCode.serverIdentifier, data: server === "this" ? SERVER_DUID : OTHER_SERVER });
  for (const [iaid, addresses] of Object.entries(spec.na ?? {})) options.push(ia(OptionCode.iaNa, iaid, addresses.map(addressOption)));
  for (const [iaid, prefixes] of Object.entries(spec.pd ?? {})) options.push(ia(OptionCode.iaPd, iaid, prefixes.map(prefixOption)));
  if (spec.asks !== undefined) options.push(optionRequest(spec.asks));
  options.push(...(spec.more ?? []));
  return { type: MessageType[type], transactionId: TRANSACTION, options, relays: (spec.relays ?? []).map(relay) };
}

function ia(code: number, iaid: string, options: readonly Option[]): Option {
  return iaOption(code, Number(iaid), 0, 0, options);
}

function addressOption(spec: string): Option {
  const [at = "", valid = "0"] = spec.split(" ");
  return iaAddressOption(address(at), 0, Number(valid));
}

function prefixOption(spec: string): Option {
  const [at = "", valid = "0"] = spec.split(" ");
  return iaPrefixOption(prefix(at), 0, Number(valid));
}

function relay({ link = "::", peer = "fe80::a", hops = 0, options = [] }: RelaySpec): Relay {
  return { hopCount: hops, linkAddress: address(link), peerAddress: address(peer), options };
}

/** An option without a value. */
export function flag(code: number): Option {
  return { code, data: new Uint8Array(0) };
}

export function option(code: number, ...data: readonly number[]): Option {
  return { code, data: Uint8Array.from(data) };
}
