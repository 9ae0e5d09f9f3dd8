import type { OptionChange } from "../../engine/common/patch.ts";
import { createLogAllowance, withLeftOut } from "../../io/log-allowance.ts";
import type { Datagram } from "../../io/transport.ts";
import type { Counters } from "../counters.ts";
import type { Log } from "../log.ts";
import type { Hooked } from "../protocol.ts";
import type { HookSwitch } from "./hooks.ts";
import type { HookAnswer } from "./messages.ts";

/*
 * The waiting room of the hooks: messages that a function of the operator's own is asked about.
 * What holds here:
 *
 * - Messages of one client keep their order: one of them is looked at, and those behind it stand in
 *   line. Nobody else waits for them.
 * - Whoever waits for an answer waits no longer than the budget: then the answer is that there is
 *   none, and the configuration says what follows from that.
 * - What waits is a copy, and is decided from the start with what was answered.
 * - The room is bounded, and so is each line. Whoever finds no room is served without hooks, or not
 *   at all, as the configuration says; but nobody overtakes a message of its own client.
 */

/** Messages that may be in the room, and in the line of one client. */
const MOST_IN_ROOM = 1024;
const MOST_IN_LINE = 8;
/**
 * How often the hooks are asked about the answers to one message, which may be others each time.
 */
const MOST_ROUNDS = 4;
/** Entries of the log a minute. */
const ALLOWED = 30;

/** A message in the room, with what hooks said of it. Its bytes are a copy. */
export interface HookedMessage<A> {
  readonly datagram: Datagram<A>;
  /** Whose line it stands in. */
  readonly sender: string;
  /** When it was received, in milliseconds. */
  readonly receivedAt: number;
  /** How many addresses for it have been found in use so far. */
  conflicts: number;
  /** The classes that its client is given; undefined: nobody was asked yet. */
  classes: readonly string[] | undefined;
  /** What was said of an answer, by what that is. */
  said: { readonly about: string; readonly changes: readonly OptionChange[] | "refused" | "failed" } | undefined;
  rounds: number;
  waits: boolean;
}

export interface HookRoomParts<M, A> {
  readonly hooks: HookSwitch;
  readonly hooked: Hooked<M>;
  readonly counters: Counters;
  readonly log?: Log | undefined;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
  /**
   * Decides about a message with what was said of it; it may be asked about again. Must not throw.
   */
  readonly proceed: (item: HookedMessage<A>) => void;
  /** The message is dropped. */
  readonly silence: (item: HookedMessage<A>, reason: "dropped-by-hook" | "hook-failed") => void;
  /** Answers that came together have all been told. */
  readonly answered: () => void;
}

/**
 * What became of a message: it waits; it goes on without hooks; it has been dropped, and counted.
 */
export type Admitted = "waits" | "unasked" | "dropped";

export interface HookRoom<M, A> {
  /** Has a message wait, which is copied then; only where there are hooks. */
  admit(datagram: Datagram<A>, message: M): Admitted;
  /** Has one go on that has waited elsewhere in between. */
  resume(item: HookedMessage<A>): void;
  /** Asks about an answer; false: nobody can be asked. `about`: the same for the same answer. */
  askAbout(item: HookedMessage<A>, draft: Uint8Array, about: string): boolean;
  /** Ends all waiting, and returns how many messages waited. */
  stop(): number;
}

export function createHookRoom<M, A>(parts: HookRoomParts<M, A>): HookRoom<M, A> {
  const { hooks, hooked, counters, log, proceed, silence } = parts;
  const lines = new Map<string, HookedMessage<A>[]>();
  const timers = new Set<NodeJS.Timeout>();
  const allowance = createLogAllowance(ALLOWED, parts.uptime);
  let inRoom = 0;
  let strangers = 0;
  let stopped = false;
  const asker = { answered: parts.answered, restarted: () => void counters.hookRestarts++ };
  hooks.askers.add(asker);

  function warn(text: string): void {
    const leftOut = allowance.take();
    if (leftOut !== undefined) log?.warn(withLeftOut(text, leftOut));
  }

  /** Puts it at the end of its line. */
  function enter(item: HookedMessage<A>): void {
    inRoom++;
    const line = lines.get(item.sender);
    if (line !== undefined) line.push(item);
    else {
      lines.set(item.sender, [item]);
      begin(item);
    }
  }

  /** It is the first of its line. */
  function begin(item: HookedMessage<A>): void {
    const thread = hooks.current;
    if (item.classes !== undefined || thread?.spec.message !== true) goOn(item);
    else if (!ask("message", item, undefined, (answer) => onMessageAnswer(item, answer))) onMessageAnswer(item, { kind: "late" });
  }

  function goOn(item: HookedMessage<A>): void {
    item.waits = false;
    item.classes ??= [];
    proceed(item);
    if (!item.waits) leave(item);
  }

  /** The next one of its client is looked at. */
  function leave({ sender }: HookedMessage<A>): void {
    inRoom--;
    const line = lines.get(sender);
    line?.shift();
    const next = line?.[0];
    if (next === undefined) lines.delete(sender);
    // In a turn of its own: the answer to this one is on its way first, and lines may be long.
    else
      queueMicrotask(() => {
        if (stopped) return;
        begin(next);
        parts.answered();
      });
  }

  /** Puts a question; false: nobody can be asked. */
  function ask(
    hook: "message" | "reply",
    item: HookedMessage<A>,
    draft: Uint8Array | undefined,
    onAnswer: (answer: HookAnswer) => void,
  ): boolean {
    const thread = hooks.current;
    if (thread?.free !== true || stopped) {
      counters.hooksSkipped++;
      return false;
    }
    const { bytes, source, interfaceIndex } = item.datagram;
    const { protocol } = hooked;
    const { budget, module } = thread.spec;
    item.waits = true;
    counters.hookCalls++;
    let settled = false;
    const settle = (answer: HookAnswer): void => {
      if (settled || stopped) return;
      settled = true;
      clearTimeout(timer);
      timers.delete(timer);
      if (answer.kind === "late") {
        counters.hookTimeouts++;
        warn(`the hook ${hook} of ${module} took longer than its budget of ${budget} ms`);
      } else if (answer.kind === "failed") {
        counters.hookFailures++;
        warn(`the hook ${hook} of ${module} failed: ${answer.problem}`);
      }
      onAnswer(answer);
    };
    const timer = setTimeout(() => {
      settle({ kind: "late" });
      parts.answered();
    }, budget);
    timers.add(timer);
    const interfaceName = hooked.interfaceName(interfaceIndex);
    thread.call({ hook, protocol, bytes, interfaceName, source, ...(draft === undefined ? {} : { draft }) }, settle);
    return true;
  }

  function onMessageAnswer(item: HookedMessage<A>, answer: HookAnswer): void {
    if (answer.kind === "drop") {
      log?.debug({ reason: answer.reason }, "a hook dropped a message");
      end(item, "dropped-by-hook");
    } else if (isMissing(answer) && hooks.current?.spec.onFailure === "drop") end(item, "hook-failed");
    else {
      item.classes = answer.kind === "classes" ? answer.names.filter(isKnown) : [];
      goOn(item);
    }
  }

  function end(item: HookedMessage<A>, reason: "dropped-by-hook" | "hook-failed"): void {
    silence(item, reason);
    leave(item);
  }

  function isKnown(name: string): boolean {
    if (hooked.isGivable(name)) return true;
    counters.hookUnknownClasses++;
    warn(`the hook message put a client into the class ${JSON.stringify(name.slice(0, 100))}: there is none without assert`);
    return false;
  }

  return {
    admit(datagram, message) {
      const sender = hooked.senderOf(message) ?? `stranger ${++strangers}`;
      const line = lines.get(sender);
      const full = inRoom >= MOST_IN_ROOM || hooks.current?.free !== true;
      if (line !== undefined && (full || line.length >= MOST_IN_LINE)) {
        counters.dropped["behind-hook"]++;
        return "dropped";
      }
      const item = newItem(datagram, sender, counters.measures.receivedAt);
      if (!full) {
        enter(item);
        return "waits";
      }
      counters.hooksSkipped++;
      if (hooks.current?.spec.onFailure !== "drop") return "unasked";
      silence(item, "hook-failed");
      return "dropped";
    },
    resume: enter,
    askAbout(item, draft, about) {
      if (item.rounds >= MOST_ROUNDS) return false;
      return ask("reply", item, draft, (answer) => {
        item.rounds++;
        if (answer.kind === "refuse") log?.debug({ reason: answer.reason }, "a hook refused an answer");
        item.said = { about, changes: saidIn(answer) };
        goOn(item);
      });
    },
    stop() {
      stopped = true;
      hooks.askers.delete(asker);
      for (const timer of timers) clearTimeout(timer);
      const count = inRoom;
      inRoom = 0;
      lines.clear();
      return count;
    },
  };
}

function newItem<A>(datagram: Datagram<A>, sender: string, receivedAt: number): HookedMessage<A> {
  const copy = { ...datagram, bytes: datagram.bytes.slice(0, datagram.length) };
  return { datagram: copy, sender, receivedAt, conflicts: 0, classes: undefined, said: undefined, rounds: 0, waits: false };
}

function isMissing({ kind }: HookAnswer): boolean {
  return kind === "late" || kind === "failed";
}

function saidIn(answer: HookAnswer): NonNullable<HookedMessage<never>["said"]>["changes"] {
  if (answer.kind === "refuse") return "refused";
  if (isMissing(answer)) return "failed";
  return answer.kind === "options" ? answer.changes : [];
}
