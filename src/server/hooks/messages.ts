import type { DefinedOption, HooksSpec } from "../../config/model/common.ts";
import type { OptionChange } from "../../engine/common/patch.ts";
import type { HappeningKind } from "../happenings.ts";

/* What goes between the packets' thread and that of the hooks. */

export type HookProtocol = "dhcp4" | "dhcp6";

/** What the thread is started with. */
export interface HookThreadData {
  readonly spec: HooksSpec;
  readonly definitions: readonly DefinedOption[];
  /** Counted up while the thread gets to its timers. */
  readonly beat: SharedArrayBuffer;
}

/** A question to one of the functions. */
export interface HookCall {
  readonly hook: "message" | "reply";
  readonly protocol: HookProtocol;
  /** The message as it came in. */
  readonly bytes: Uint8Array;
  readonly interfaceName: string;
  /** As the address of a packet is: a number, or 16 bytes. */
  readonly source: unknown;
  /** For `reply`: the answer as it would be sent. */
  readonly draft?: Uint8Array;
}

/** `until`: when nobody waits for the answer any more, in milliseconds since 1970. */
export interface NumberedCall extends HookCall {
  readonly id: number;
  readonly until: number;
}

/**
 * A change of a lease, with bytes of its own. Times are those of leases; `offset` makes them
 * seconds since 1970.
 */
export interface HookHappening {
  readonly protocol: HookProtocol;
  readonly kind: HappeningKind;
  readonly address: unknown;
  readonly before: unknown;
  readonly after: unknown;
  readonly offset: number;
}

export interface ToThread {
  readonly calls?: readonly NumberedCall[];
  readonly happenings?: readonly HookHappening[];
}

export type HookAnswer =
  | { readonly kind: "nothing" }
  | { readonly kind: "classes"; readonly names: readonly string[] }
  | { readonly kind: "drop" | "refuse"; readonly reason: string | undefined }
  | { readonly kind: "options"; readonly changes: readonly OptionChange[] }
  | { readonly kind: "failed"; readonly problem: string }
  /** Nobody waits any more. */
  | { readonly kind: "late" };

export interface FromThread {
  readonly ready?: true;
  readonly answers?: readonly (readonly [id: number, answer: HookAnswer])[];
  /** How many happenings were told, and what came of those that failed. */
  readonly told?: number;
  readonly problems?: readonly string[];
  /** A line that the module prints. */
  readonly said?: string;
}
