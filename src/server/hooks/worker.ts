import { Console } from "node:console";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Hooks } from "../../config/hooks/types.ts";
import { dictionariesOf } from "../../config/options/definitions.ts";
import { registerHooks, resolveImport } from "../../config/package-imports.ts";
import { restrictThread } from "../../io/linux/privileges.ts";
import { DHCP4_VIEW } from "./dhcp4/view.ts";
import { DHCP6_VIEW } from "./dhcp6/view.ts";
import type { FromThread, HookAnswer, HookHappening, HookThreadData, NumberedCall, ToThread } from "./messages.ts";
import { readMessageVerdict, readReplyVerdict } from "./verdicts.ts";

/*
 * The thread of the hooks: it imports the configuration's module, and calls its functions when it
 * is asked. Answers leave together, but none waits for a function that takes long.
 */

// Before anything of the module is run.
restrictThread();

const { spec, definitions, beat } = workerData as HookThreadData;
const port = parentPort as MessagePort;
const beats = new Int32Array(beat);
const VIEWS = { dhcp4: DHCP4_VIEW, dhcp6: DHCP6_VIEW };
const dictionaries = dictionariesOf(definitions);

/** How often the thread shows that it gets to its timers, in milliseconds. */
const BEAT_EVERY = 100;
/** So long answers wait for others, in milliseconds. */
const GATHER = 2;
/** Lines that the module may print in a minute, and their longest. */
const LINES = 60;
const LONGEST_LINE = 500;

setInterval(() => Atomics.add(beats, 0, 1), BEAT_EVERY);
let lines = LINES;
setInterval(() => {
  lines = LINES;
}, 60_000);
const sink = new Writable({
  decodeStrings: false,
  write(chunk, _, done) {
    if (lines-- > 0) post({ said: String(chunk).trimEnd().slice(0, LONGEST_LINE) });
    done();
  },
});
globalThis.console = new Console({ stdout: sink, stderr: sink });

registerHooks({ resolve: resolveImport });
const loaded: { readonly default?: { readonly hooks?: Hooks } } = await import(pathToFileURL(spec.module).href);
const hooks: Hooks = loaded.default?.hooks ?? {};

// What is done for the first time takes ten times as long, and a client may wait for it.
for (const [protocol, view] of [["dhcp4", DHCP4_VIEW] as const, ["dhcp6", DHCP6_VIEW] as const]) {
  const bytes = view.sample();
  const source = protocol === "dhcp4" ? 0 : new Uint8Array(16);
  const dictionary = dictionaries[protocol];
  const seen = view.message({ hook: "message", protocol, bytes, interfaceName: "", source }, dictionary);
  const reply = view.reply(bytes, dictionary);
  if (reply !== undefined) readReplyVerdict({ options: { ...seen?.options, domain_search: "example" } }, reply, dictionary);
}

let answers: (readonly [id: number, answer: HookAnswer])[] = [];
let first = 0;

function post(message: FromThread): void {
  port.postMessage(message);
}

function answer({ id }: NumberedCall, said: HookAnswer): void {
  const now = performance.now();
  if (answers.length === 0) {
    first = now;
    setImmediate(flush);
  }
  answers.push([id, said]);
  if (now - first > GATHER) flush();
}

function flush(): void {
  if (answers.length === 0) return;
  post({ answers });
  answers = [];
}

const sinceEpoch = (): number => performance.timeOrigin + performance.now();

function run(call: NumberedCall): void {
  try {
    if (sinceEpoch() > call.until) {
      answer(call, { kind: "late" });
      return;
    }
    const { returned, read } = begin(call);
    if (isPromise(returned)) void wait(call, returned, read);
    else answer(call, read(returned));
  } catch (error) {
    answer(call, { kind: "failed", problem: wordsOf(error) });
  }
}

/** Calls the function; `read` makes an answer of what it returns. */
function begin(call: NumberedCall): { readonly returned: unknown; readonly read: (value: unknown) => HookAnswer } {
  const { protocol, hook, draft } = call;
  const view = VIEWS[protocol];
  const dictionary = dictionaries[protocol];
  const message = view.message(call, dictionary);
  const nothing = { returned: undefined, read: readMessageVerdict };
  if (message === undefined) return nothing;
  if (hook === "message") return { returned: hooks.message?.(message), read: readMessageVerdict };
  const reply = draft && view.reply(draft, dictionary);
  if (reply === undefined) return nothing;
  return { returned: hooks.reply?.(reply, message), read: (value) => readReplyVerdict(value, reply, dictionary) };
}

async function wait(call: NumberedCall, returned: PromiseLike<unknown>, read: (value: unknown) => HookAnswer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HookAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ kind: "late" }), Math.max(0, call.until - sinceEpoch()));
  });
  const done = Promise.resolve(returned).then(read, (error): HookAnswer => ({ kind: "failed", problem: wordsOf(error) }));
  answer(call, await Promise.race([done, late]));
  clearTimeout(timer);
}

function tell(happenings: readonly HookHappening[]): void {
  const problems: string[] = [];
  for (const happening of happenings) {
    try {
      const returned: unknown = hooks.event?.(VIEWS[happening.protocol].event(happening));
      // What becomes of it is nobody's business, but it must not end the thread.
      if (isPromise(returned)) Promise.resolve(returned).catch((error) => post({ problems: [wordsOf(error)] }));
    } catch (error) {
      problems.push(wordsOf(error));
    }
  }
  post({ told: happenings.length, problems });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
}

/** What was thrown, and where in a file. Never throws, whatever that was. */
function wordsOf(error: unknown): string {
  try {
    return described(error);
  } catch {
    return "threw what can't be described";
  }
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error).slice(0, LONGEST_LINE)}`;
  const place = /\(?(file:\/\/[^)\s]+:\d+:\d+)\)?/.exec(error.stack ?? "")?.[1];
  return `threw ${error.name}: ${error.message}`.slice(0, LONGEST_LINE) + (place === undefined ? "" : ` at ${place}`);
}

port.on("message", ({ calls = [], happenings = [] }: ToThread) => {
  for (const call of calls) run(call);
  if (happenings.length > 0) tell(happenings);
});
post({ ready: true });
