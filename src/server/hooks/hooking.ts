import type { Settled } from "../../engine/decision.ts";
import type { Datagram } from "../../io/transport.ts";
import type { LeaseChange } from "../../leases/lease.ts";
import type { Commits } from "../commits.ts";
import type { Counters } from "../counters.ts";
import type { Log } from "../log.ts";
import type { Protocol } from "../protocol.ts";
import type { HookSwitch } from "./hooks.ts";
import { type Admitted, createHookRoom, type HookedMessage } from "./room.ts";

/*
 * Where the hooks stand in the way of a packet: before it is decided, and before its answer leaves.
 * The answer that a hook is asked about is a draft: nothing of it is committed. When the hook has
 * answered, the message is decided again, and what the hook said holds for the same answer only,
 * which is one of the same type about the same addresses; about another one it is asked again.
 */

/** The largest payload of a datagram. */
const LARGEST = 65_535;

const REFUSED = { kind: "silence", reason: "refused-by-hook" } as const;
const FAILED = { kind: "silence", reason: "hook-failed" } as const;

export interface HookingParts<M, A, O> {
  readonly hooks: HookSwitch;
  readonly protocol: Protocol<M, A, O>;
  readonly commits: Commits<M, A, O>;
  readonly counters: Counters;
  readonly log?: Log | undefined;
  readonly uptime: () => number;
  /** Decides about a message that waited. Must not throw. */
  readonly proceed: (hooked: HookedMessage<A>) => void;
  /** Carries out what was decided without the engine. */
  readonly conclude: (datagram: Datagram<A>, message: M, decision: Settled<M, A, O>) => void;
}

export interface Hooking<M, A, O> {
  /** Whether there are hooks that are asked by now. */
  readonly asks: boolean;
  /** Has a message wait for the hooks. */
  admit(datagram: Datagram<A>, message: M): Admitted;
  /**
   * What to do of a decision by what hooks say of its answer; undefined: they have to be asked
   * first.
   */
  decide(message: M, decision: Settled<M, A, O>, hooked: HookedMessage<A>): Settled<M, A, O> | undefined;
  /** Has a message go on that has waited for something else in between. */
  resume(hooked: HookedMessage<A>, conflicts: number): void;
  stop(): number;
}

export function createHooking<M, A, O>(parts: HookingParts<M, A, O>): Hooking<M, A, O> {
  const { hooks, protocol, commits, counters, uptime, proceed } = parts;
  let scratch: Uint8Array | undefined;
  const room = createHookRoom<M, A>({
    hooks,
    hooked: protocol.hooked,
    counters,
    log: parts.log,
    uptime,
    proceed,
    silence({ datagram }, reason) {
      const read = protocol.read(datagram);
      if (read.ok) parts.conclude(datagram, read.message, { kind: "silence", reason });
    },
    answered: commits.flush,
  });

  function draftOf(message: M, limit: number): Uint8Array {
    scratch ??= new Uint8Array(LARGEST);
    return scratch.slice(0, protocol.write(message, scratch, Math.min(limit, LARGEST)));
  }

  return {
    get asks() {
      const spec = hooks.current?.spec;
      return spec !== undefined && (spec.message || spec.reply);
    },
    admit: room.admit,
    decide(message, decision, hooked) {
      const spec = hooks.current?.spec;
      if (decision.kind !== "reply" || spec?.reply !== true) return decision;
      const about = `${protocol.kindOf(decision.message)} ${protocol.words.addressOf(message, decision.message)}`;
      if (hooked.said?.about === about) {
        const { changes } = hooked.said;
        if (changes === "refused") {
          commits.apply(withdrawn(decision.changes));
          return REFUSED;
        }
        if (changes !== "failed") return { ...decision, message: protocol.hooked.patch(decision.message, changes) };
      } else if (room.askAbout(hooked, draftOf(decision.message, decision.limit), about)) {
        // The address is kept for the client, so that the next decision is about the same.
        commits.apply(decision.changes.filter(({ kind }) => kind === "hold"));
        return undefined;
      }
      return spec.onFailure === "drop" ? FAILED : decision;
    },
    resume(hooked, conflicts) {
      hooked.conflicts = conflicts;
      room.resume(hooked);
    },
    stop: room.stop,
  };
}

/** The end of the holds that an answer would have begun. */
function withdrawn<A, O>(changes: readonly LeaseChange<A, O>[]): readonly LeaseChange<A, O>[] {
  return changes.flatMap((change): readonly LeaseChange<A, O>[] =>
    change.kind === "hold" ? [{ kind: "withdraw", address: change.hold.address }] : [],
  );
}
