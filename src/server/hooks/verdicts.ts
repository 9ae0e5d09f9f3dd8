import type { HookReply } from "../../config/hooks/types.ts";
import type { OptionDictionary } from "../../config/options/dictionary.ts";
import { readOptions, valuesOf } from "../../config/options/values.ts";
import type { OptionsFile } from "../../config/schema/config.ts";
import { formatPath } from "../../config/text/diagnostic.ts";
import { describeValue } from "../../config/text/expected.ts";
import { createReport, isError } from "../../config/text/problems.ts";
import type { HookAnswer } from "./messages.ts";

/* What functions of the operator's own returned: anything, until it was looked at. */

/** What an answer may have, for the thread of packets has to read it: characters of a reason, names of classes. */
const LONGEST_REASON = 500;
const MOST_CLASSES = 1000;

/** What the hook `message` returned. */
export function readMessageVerdict(value: unknown): HookAnswer {
  if (value === undefined || value === null) return { kind: "nothing" };
  const wrong = problemOf(value, ["classes", "drop", "reason"], "drop");
  if (wrong !== undefined) return failed(wrong);
  const { classes, drop, reason } = value as { readonly classes?: unknown; readonly drop?: boolean; readonly reason?: string };
  if (drop === true) return { kind: "drop", reason: reason?.slice(0, LONGEST_REASON) };
  if (classes === undefined || classes === null) return { kind: "nothing" };
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === "string"))
    return failed(`returned classes that are no list of names: ${describeValue(classes)}`);
  if (classes.length > MOST_CLASSES) return failed(`returned ${classes.length} classes; at most ${MOST_CLASSES} are taken`);
  return { kind: "classes", names: classes };
}

/** What the hook `reply` returned; `dictionary` are the options of the protocol of the reply. */
export function readReplyVerdict(value: unknown, reply: HookReply, dictionary: OptionDictionary): HookAnswer {
  if (value === undefined || value === null) return { kind: "nothing" };
  const wrong = problemOf(value, ["options", "refuse", "reason"], "refuse");
  if (wrong !== undefined) return failed(wrong);
  const { options, refuse, reason } = value as { readonly options?: unknown; readonly refuse?: boolean; readonly reason?: string };
  if (refuse === true) return { kind: "refuse", reason: reason?.slice(0, LONGEST_REASON) };
  if (options === undefined || options === null) return { kind: "nothing" };
  if (!isMap(options)) return failed(`returned options that are no map from names to values: ${describeValue(options)}`);
  const entries = Object.entries(options).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return { kind: "nothing" };
  // RFC 2131 table 3.
  if (reply.type === "NAK") return failed("changed the options of a NAK, which has none of the configuration: it can only be refused");
  const file: OptionsFile = Object.fromEntries(entries.map(([name, one]) => [name, one === null ? { value: null } : one]));
  const report = createReport();
  const read = readOptions(file, ["options"], dictionary, report);
  const problem = report.problems.find(isError);
  if (problem !== undefined) {
    const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
    return failed(`returned ${formatPath(problem.path)}: ${problem.message}${hint}`);
  }
  return { kind: "options", changes: read.map((one) => ({ code: one.code, values: one.suppressed ? [] : valuesOf(one) })) };
}

/** `flag`: the key whose value is true or false. */
function problemOf(value: unknown, keys: readonly string[], flag: string): string | undefined {
  if (!isMap(value)) return `returned ${describeValue(value)}, and neither nothing nor a map`;
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) return `returned the unknown key "${unknown}"; known keys: ${keys.join(", ")}`;
  const { [flag]: set, reason } = value;
  if (set !== undefined && typeof set !== "boolean") return `returned ${flag}: ${describeValue(set)}, expected true or false`;
  return reason === undefined || typeof reason === "string" ? undefined : `returned reason: ${describeValue(reason)}, expected text`;
}

function failed(problem: string): HookAnswer {
  return { kind: "failed", problem };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
