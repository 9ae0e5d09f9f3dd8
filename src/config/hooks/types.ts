import type { OptionTable as Dhcp4Table } from "../../wire/dhcp4/option-table.ts";
import type { OptionTable as Dhcp6Table } from "../../wire/dhcp6/option-table.ts";
import type { OptionDefinition } from "../../wire/option-dictionary.ts";
import type { JsonValue } from "../../wire/values/values.ts";
import type { Definitions, OptionsInput } from "../schema/typed-options.ts";
import type { Decoded } from "./decoded.ts";

/*
 * Functions of a configuration that is a module: what they are told, and what they may answer. They
 * run in a thread of their own, with nothing but what they are given and what their module imports.
 */

/** What a function returns: at once, or later, within the budget. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that has nothing to say returns nothing
export type HookResult<T> = T | undefined | void | Promise<T | undefined | void>;

/** The hooks of a configuration. `D`: the options of the operator's own. */
export interface Hooks<D extends Definitions = Definitions> {
  /** Before the client is classified: puts it into classes, or drops the message. */
  readonly message?: (message: HookMessage<D>) => HookResult<MessageVerdict>;
  /**
   * Before the answer is sent, and before what it says is committed: changes its options, or
   * refuses it.
   */
  readonly reply?: (reply: HookReply<D>, message: HookMessage<D>) => HookResult<ReplyVerdict<D>>;
  /** After something has come true of a lease and is on disk. What it returns is ignored. */
  readonly event?: (event: HookEvent) => unknown;
  /**
   * How long a message waits for the answer of each of the two functions, in milliseconds: 1 to
   * 10000. Default: 50.
   */
  readonly budget?: number;
  /**
   * What becomes of a message whose hook throws, takes too long, or can't be asked: it is served as
   * if there were no hooks, or dropped. Default: serve.
   */
  readonly onFailure?: "serve" | "drop";
}

/** What the hook `message` may answer; nothing: the message goes its way. */
export interface MessageVerdict {
  /** Names of classes without `assert` that the client is put into. */
  readonly classes?: readonly string[];
  /** True: the message is not answered. `reason` is for the log. */
  readonly drop?: boolean;
  readonly reason?: string;
}

/** What the hook `reply` may answer; nothing: the answer goes as it is. */
export interface ReplyVerdict<D extends Definitions = Definitions> {
  /** Options to add or to change, written as in the configuration; null takes one out. */
  readonly options?: EitherOptions<SettableOptions<Dhcp4Table, D>, SettableOptions<Dhcp6Table, D>>;
  /**
   * True: nothing is sent, and nothing of what the answer says comes true. `reason` is for the log.
   */
  readonly refuse?: boolean;
  readonly reason?: string;
}

/** Options that may be set, by name or code. */
export type SettableOptions<T extends readonly OptionDefinition[], D> = Extract<OptionsInput<T, D>, { readonly values?: never }>;
/** The names of both, each with the values that it has in either; or null. */
export type EitherOptions<A, B> = {
  readonly [K in keyof A | keyof B]?: (K extends keyof A ? A[K] : never) | (K extends keyof B ? B[K] : never) | null;
};

/** A message of a client. It can't be changed. */
export type HookMessage<D extends Definitions = Definitions> = HookMessage4<D> | HookMessage6<D>;

/** What messages of both protocols have. */
export interface AnyHookMessage {
  /** Name of its type, such as "DISCOVER" or "SOLICIT"; "BOOTP" where it has none. */
  readonly type: string;
  /** Name of the interface that it came in on. */
  readonly interface: string;
  /**
   * The address that it was sent from: of the client, or of the relay that is nearest to the
   * server.
   */
  readonly source: string;
  /** The name that the client gives itself, as it stands in option 81 or 39, else in option 12. */
  readonly hostname: string | undefined;
  /** The bytes of an option by its code; undefined: the message does not have it. */
  raw(code: number): Uint8Array | undefined;
}

/** A message of DHCPv4. Addresses are texts; 0.0.0.0 is undefined. */
export interface HookMessage4<D extends Definitions = Definitions> extends AnyHookMessage {
  readonly protocol: "dhcp4";
  /** "52:54:00:12:34:56"; undefined: it has none. */
  readonly chaddr: string | undefined;
  /** Number of the type of `chaddr`; 1 is Ethernet. */
  readonly htype: number;
  /** Option 61 in hex. */
  readonly clientIdentifier: string | undefined;
  /** Option 60 as text. */
  readonly vendorClass: string | undefined;
  readonly ciaddr: string | undefined;
  /**
   * The relay that the message came through; undefined: the client is on a link of this machine.
   */
  readonly giaddr: string | undefined;
  /** What the relay says of where the client is (option 82), in hex. */
  readonly circuitId: string | undefined;
  readonly remoteId: string | undefined;
  /**
   * By name, or by code where the option has no name; those whose value is malformed are left out.
   */
  readonly options: DecodedOptions<Dhcp4Table, D>;
}

/** A message of DHCPv6. */
export interface HookMessage6<D extends Definitions = Definitions> extends AnyHookMessage {
  readonly protocol: "dhcp6";
  /** In hex; undefined: the client does not tell. */
  readonly duid: string | undefined;
  /** The hardware address, from what the relay says or from the DUID; undefined: neither has it. */
  readonly chaddr: string | undefined;
  /** The vendor class data of option 16, as text, the first one. */
  readonly vendorClass: string | undefined;
  /** The relays that it came through, the one nearest to the server first. */
  readonly relays: readonly HookRelay[];
  readonly options: DecodedOptions<Dhcp6Table, D>;
}

/** What a relay says of a message of DHCPv6. */
export interface HookRelay {
  readonly linkAddress: string;
  readonly peerAddress: string;
  readonly options: DecodedOptions<Dhcp6Table, Definitions>;
}

/** An answer as it would be sent. */
export interface HookReply<D extends Definitions = Definitions> {
  readonly protocol: "dhcp4" | "dhcp6";
  /** "OFFER", "ACK", "NAK", "ADVERTISE", "REPLY" and so on. */
  readonly type: string;
  /** The addresses, and prefixes with their length, that it gives; empty: none. */
  readonly addresses: readonly string[];
  readonly options: DecodedOptions<Dhcp4Table, D> & DecodedOptions<Dhcp6Table, D>;
}

/** What has come true of a lease. */
export interface HookEvent {
  readonly kind: "bound" | "renewed" | "released" | "declined" | "conflict" | "expired" | "removed";
  readonly protocol: "dhcp4" | "dhcp6";
  /** "192.168.5.100", "2001:db8::5" or, of a prefix that is delegated, "2001:db8:7::/56". */
  readonly address: string;
  /** How the lease was before; undefined: nobody had it. */
  readonly before: HookLease | undefined;
  /** How it is now; undefined: it is forgotten. */
  readonly after: HookLease | undefined;
}

/** A lease. Times are seconds since 1970. */
export interface HookLease {
  readonly state: "bound" | "released" | "expired" | "declined";
  readonly start: number;
  /** Undefined: it never ends. */
  readonly expiry: number | undefined;
  readonly chaddr: string | undefined;
  /** Option 61 (DHCPv4) in hex. */
  readonly clientIdentifier: string | undefined;
  /** DHCPv6, in hex. */
  readonly duid: string | undefined;
  readonly hostname: string | undefined;
  /** The name that it has in the DNS; undefined: none, or names are not seen to. */
  readonly name: string | undefined;
}

/**
 * Options by name, with their values as the configuration writes them; always a list where there
 * may be several.
 */
export type DecodedOptions<T extends readonly OptionDefinition[], D extends Definitions> = {
  readonly [O in T[number] as O["name"]]?: O extends { readonly repeats: true } ? readonly Decoded<O["type"]>[] : Decoded<O["type"]>;
} & { readonly [N in keyof D]?: JsonValue } & { readonly [code: number]: JsonValue };
