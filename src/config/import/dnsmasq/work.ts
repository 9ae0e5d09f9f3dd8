import type { Severity } from "../../text/diagnostic.ts";
import { addNote, type Finding, type Notes, type PlainMap } from "../translation.ts";
import type { Entry } from "./entries.ts";
import type { Tags } from "./tags.ts";

/** What a translation has in hand. */
export interface Work {
  readonly notes: Notes;
  readonly findings: Finding[];
  readonly tags: Tags;
}

export function report(work: Work, severity: Severity, { note }: Entry, message: string, hint?: string): void {
  work.findings.push({ severity, origin: note.origin, message, ...(hint === undefined ? {} : { hint }) });
}

/** Puts a part in its place, which the line has made; the comments of the line go with it. */
export function put(work: Work, holder: PlainMap, key: string, value: unknown, entry: Entry): void {
  holder[key] = value;
  addNote(work.notes, holder, key, entry.note);
}

export function append(work: Work, list: unknown[], value: unknown, entry: Entry): void {
  list.push(value);
  addNote(work.notes, list, list.length - 1, entry.note);
}

/** The map at a key, which is made where there is none. */
export function mapAt(holder: PlainMap, key: string): PlainMap {
  holder[key] ??= {};
  return holder[key] as PlainMap;
}

export function listAt(holder: PlainMap, key: string): unknown[] {
  holder[key] ??= [];
  return holder[key] as unknown[];
}

/** Seconds of `90`, `45m`, `12h`, `2d`, `1w`, `infinite`, as a duration; undefined: it is none. */
export function leaseTimeOf(word: string): string | number | undefined {
  if (word === "infinite") return "infinite";
  const [, digits, unit = "s"] = /^(\d{1,9})([smhdw]?)$/i.exec(word) ?? [];
  if (digits === undefined) return undefined;
  const size = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit.toLowerCase() as "s"];
  const seconds = Number(digits) * size;
  // Shorter ones are lengthened by dnsmasq.
  if (seconds < SHORTEST) return SHORTEST;
  return size === 1 ? seconds : `${digits}${unit.toLowerCase()}`;
}

const SHORTEST = 120;

/** dnsmasq gives no less than two minutes, and no more than is configured, to who asks for a time. */
export function leaseConfig4(time: string | number): PlainMap {
  return { lease_time: { default: time, min: SHORTEST, max: time } };
}
