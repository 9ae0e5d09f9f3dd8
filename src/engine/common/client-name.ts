import type { NamePolicy } from "../../config/model/names.ts";
import { NameFlag, readLeaseName, writeLeaseName } from "../../leases/lease-name.ts";
import { wholeName } from "../../wire/client-name.ts";
import type { CommonEvent, NameRefusal, Trace } from "../trace.ts";

/** What the flags of a Client FQDN option ask for; never N and S together. */
export interface AskedUpdates {
  /** The client wants nobody to see to its name (N). */
  readonly none: boolean;
  /** It wants the server to see to its address records (S). */
  readonly forward: boolean;
}

/** What a client calls itself. */
export interface SaidName {
  readonly name: Uint8Array;
  /** A part of a name, whatever dots there are in it. */
  readonly isPartial: boolean;
}

/** What the name of a client follows from. */
export interface NameFacts {
  readonly policy: NamePolicy;
  /** What stands behind names that are not whole; undefined: nothing does. */
  readonly suffix: string | undefined;
  /** Undefined: the message has no Client FQDN option that can be read. */
  readonly asked: AskedUpdates | undefined;
  /** Undefined: the message has no name. */
  readonly said: SaidName | undefined;
  /** What is on record of the client. */
  readonly before: { readonly hostname: Uint8Array | undefined; readonly name?: Uint8Array | undefined } | undefined;
  /** The name of its reservation. */
  readonly reserved: string | undefined;
  /** A label made of its address; undefined: it is given none, so there is nothing to see to. */
  readonly addressLabel: (() => string) | undefined;
}

/** Which name a client has, and what is done with it. */
export interface DecidedName {
  /** Whole, in small letters, without a dot at its end; undefined: it has none. */
  readonly name: string | undefined;
  /** Where the name comes from. */
  readonly by: "reserved" | "client" | "generated" | "none";
  /** This server sees to the address records of the name. */
  readonly forward: boolean;
  /** And to that which leads from the address to it. */
  readonly reverse: boolean;
  /** Why it sees to neither, though there is a name; undefined: it does. */
  readonly refused: NameRefusal | undefined;
  /** As it goes on record: no name where nothing is seen to. */
  readonly record: Uint8Array;
}

const WANTS_ALL: AskedUpdates = { none: false, forward: true };
const WANTS_OWN: AskedUpdates = { none: false, forward: false };
const WANTS_NONE: AskedUpdates = { none: true, forward: false };

/**
 * Decides which name a client has, and who sees to it (RFC 4702 section 4, RFC 4704 section 6): the
 * name of its reservation, else what it calls itself, else one that is made of its address. Who says
 * nothing of its name is taken to mean what it said last; who gives a name and no flags, to want the
 * server to see to it.
 */
export function decideName(facts: NameFacts): DecidedName {
  const { policy, suffix } = facts;
  const { asked, said } = effective(facts);
  const reserved = facts.reserved === undefined ? undefined : wholeName(facts.reserved, suffix);
  const own = reserved === undefined && said !== undefined ? wholeName(said.name, suffix, said.isPartial) : undefined;
  const name = reserved ?? own ?? generatedName(facts);
  const by = name === undefined ? "none" : reserved !== undefined ? "reserved" : own !== undefined ? "client" : "generated";
  const taboo = own !== undefined && isTaboo(own, suffix);
  const refused = name === undefined ? undefined : taboo ? "taboo" : refusalOf(facts, asked);
  const reverse = name !== undefined && refused === undefined;
  // The table of RFC 4702 section 4; where N is overridden, it is for both kinds of records.
  const forward = reverse && (asked.none || asked.forward || policy.overridesClient);
  const flags =
    (forward ? NameFlag.forward : 0) |
    (reverse ? NameFlag.reverse : 0) |
    (reverse && by === "reserved" ? NameFlag.reserved : 0) |
    (reverse && by === "generated" ? NameFlag.generated : 0) |
    (asked.none ? NameFlag.wantsNone : 0) |
    (asked.none || asked.forward ? 0 : NameFlag.wantsOwn) |
    (said?.isPartial === true ? NameFlag.partial : 0);
  return { name, by, forward, reverse, refused, record: writeLeaseName({ name: reverse ? name : "", flags }) };
}

/**
 * Names that programs ask for by themselves and then trust: a client that had one would be everybody's
 * proxy (WPAD, CERT VU#598349), tunnel (ISATAP), or own machine (RFC 6761 section 6.3).
 */
const TRUSTED: ReadonlySet<string> = new Set(["wpad", "isatap", "localhost"]);

/**
 * Whether it is a name that a client can't choose for itself, only be given by a reservation: one of
 * these, or that of the domain it would stand in, whose records are not those of a host.
 */
export function isTaboo(name: string, suffix: string | undefined): boolean {
  return name === suffix || TRUSTED.has(name.slice(0, name.indexOf("."))) || name.endsWith(".localhost");
}

/** What a name that nobody asked for follows from. */
export interface NameByHand<A> {
  /** Of a lease that is given to a client without its asking. */
  readonly address: A;
  readonly hostname: Uint8Array | undefined;
  /** The name of its reservation. */
  readonly reserved: string | undefined;
}

/** The record of the name of a client that has not said anything itself. */
export function recordByHand(
  policy: NamePolicy,
  suffix: string | undefined,
  { hostname, reserved }: NameByHand<unknown>,
  addressLabel: () => string,
): Uint8Array {
  const said = hostname && { name: hostname, isPartial: false };
  return decideName({ policy, suffix, asked: undefined, said, before: undefined, reserved, addressLabel }).record;
}

function refusalOf({ policy, addressLabel }: NameFacts, asked: AskedUpdates): NameRefusal | undefined {
  if (!policy.updates) return "updates-off";
  if (addressLabel === undefined) return "no-lease";
  return asked.none && !policy.overridesNoUpdates ? "not-wanted" : undefined;
}

/** Tells which name the client has; undefined: nothing was decided. */
export function traceName(trace: Trace<CommonEvent> | undefined, decided: DecidedName | undefined): void {
  if (trace === undefined || decided === undefined) return;
  const { name, by, forward, reverse, refused } = decided;
  trace({ rule: "client-name", name, by, forward, reverse, refused });
}

/** What the client asks for and calls itself, by its message or, if that says nothing, on record. */
function effective({ asked, said, before }: NameFacts): { readonly asked: AskedUpdates; readonly said: SaidName | undefined } {
  if (said !== undefined) return { asked: asked ?? WANTS_ALL, said };
  const flags = before?.name === undefined ? 0 : readFlags(before.name);
  const hostname = before?.hostname;
  return {
    asked: asked ?? ((flags & NameFlag.wantsNone) !== 0 ? WANTS_NONE : (flags & NameFlag.wantsOwn) !== 0 ? WANTS_OWN : WANTS_ALL),
    said: hostname && { name: hostname, isPartial: (flags & NameFlag.partial) !== 0 },
  };
}

function readFlags(record: Uint8Array): number {
  return record[0] ?? 0;
}

/**
 * A name that is made of an address, if that is wanted. One that the client has already it keeps:
 * of the several addresses of a host any may come first.
 */
function generatedName({ policy, suffix, before, addressLabel }: NameFacts): string | undefined {
  if (!policy.generates || suffix === undefined) return undefined;
  if (before?.name !== undefined && (readFlags(before.name) & NameFlag.generated) !== 0) {
    const { name } = readLeaseName(before.name);
    if (name.slice(name.indexOf(".") + 1) === suffix) return name;
  }
  return addressLabel && wholeName(addressLabel(), suffix);
}
