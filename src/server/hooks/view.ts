import type { HookEvent, HookLease, HookMessage, HookReply } from "../../config/hooks/types.ts";
import type { OptionDictionary } from "../../config/options/dictionary.ts";
import { type Lease, LeaseState, NEVER, type Owner } from "../../leases/lease.ts";
import { readLeaseName } from "../../leases/lease-name.ts";
import { toHex } from "../../net/bytes.ts";
import { decodeValue, type JsonValue } from "../../wire/values/values.ts";
import type { HookCall, HookHappening } from "./messages.ts";

/** How the hooks see what one protocol sends and leases. */
export interface HookView {
  /**
   * Some message of a client, which is looked at before the first one comes in: that takes longest.
   */
  readonly sample: () => Uint8Array;
  /** Undefined: the bytes are no message. */
  message(call: HookCall, dictionary: OptionDictionary): HookMessage | undefined;
  reply(draft: Uint8Array, dictionary: OptionDictionary): HookReply | undefined;
  event(happening: HookHappening): HookEvent;
}

/** Something that is worked out when it is first looked at, and then kept. */
export function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => {
    done ??= { value: work() };
    return done.value;
  };
}

/**
 * Options by name, with their values as the configuration writes them: hex under the code where an
 * option has no name; nothing where the value is malformed. `valuesOf` gives the values of a code.
 */
export function decodedOptions(
  options: readonly { readonly code: number }[],
  { byCode }: OptionDictionary,
  valuesOf: (code: number) => readonly Uint8Array[],
): Readonly<Record<string, JsonValue>> {
  const decoded: Record<string, JsonValue> = {};
  for (const code of new Set(options.map((option) => option.code))) {
    const definition = byCode(code);
    const [first, ...more] = valuesOf(code).flatMap((data): readonly JsonValue[] => {
      if (definition === undefined) return [toHex(data)];
      const result = decodeValue(definition.type, data);
      return result.ok ? [result.value] : [];
    });
    if (first === undefined) continue;
    decoded[definition?.name ?? String(code)] = definition?.repeats === true ? [first, ...more] : first;
  }
  return Object.freeze(decoded);
}

const STATES = new Map(Object.entries(LeaseState).map(([name, state]) => [state, name as HookLease["state"]]));

/** Who has a lease, as a hook sees it. */
export type HookOwner = Pick<HookLease, "chaddr" | "clientIdentifier" | "duid" | "hostname" | "name">;

/** A happening as a hook sees it. */
export function eventOf<A, O>(
  { protocol, kind, address, before, after, offset }: HookHappening,
  format: (address: A) => string,
  ownerOf: (owner: O) => HookOwner,
): HookEvent {
  const leaseOf = (lease: Lease<A, O> | undefined): HookLease | undefined =>
    lease && {
      state: STATES.get(lease.state) ?? "bound",
      start: lease.start + offset,
      expiry: lease.expiry === NEVER ? undefined : lease.expiry + offset,
      ...ownerOf(lease.owner),
    };
  return {
    kind,
    protocol,
    address: format(address as A),
    before: leaseOf(before as Lease<A, O> | undefined),
    after: leaseOf(after as Lease<A, O> | undefined),
  };
}

/** The name that is on record of a client. */
export function recordedName({ name }: Pick<Owner, "name">): string | undefined {
  return (name && readLeaseName(name).name) || undefined;
}

export function textOrNothing(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

export function hexOrNothing(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : toHex(bytes);
}
