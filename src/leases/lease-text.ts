import { fromHex, toHex } from "../net/bytes.ts";
import { type Lease, LeaseState, NEVER, type Seconds } from "./lease.ts";

/*
 * Leases as text: one JSON object a line, the first of which says what the text is. It keeps all
 * that is known of a lease; holds are in memory only, and never in it.
 *
 *     {"format":"leasehold-leases","version":1,"protocol":"dhcp4"}
 *     {"address":"192.0.2.10","state":"bound","start":1000,"expiry":4600,"owner":{"clientKey":"01…","htype":1,…}}
 *
 * Times are seconds since 1970, or "never". Byte strings are hexadecimal digits; those of which
 * most are readable are text, and {"hex":"…"} where they are not.
 */

const FORMAT = "leasehold-leases";
const VERSION = 1;
/** No byte string of a lease is longer. */
const LONGEST = 0xffff;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** How one field of an owner stands in the text. */
export interface FieldText<V> {
  readonly isOptional: boolean;
  /** What a value has to be, in words. */
  readonly expected: string;
  readonly format: (value: V & {}) => unknown;
  /** Undefined: it is no such value. */
  readonly parse: (value: unknown) => (V & {}) | undefined;
}

/** What differs between the leases of one protocol and another, as text. */
export interface LeaseTextFamily<A, O> {
  readonly protocol: string;
  readonly formatAddress: (address: A) => string;
  readonly parseAddress: (text: string) => A | undefined;
  readonly fields: { readonly [K in keyof O]-?: FieldText<O[K]> };
}

/** What is wrong with one line, which is left out. Lines count from 1. */
export interface LeaseTextProblem {
  readonly line: number;
  readonly message: string;
}

/** What a text of leases says: the leases that were read, and what is wrong with other lines. */
export interface ParsedLeases<A, O> {
  readonly leases: readonly Lease<A, O>[];
  readonly problems: readonly LeaseTextProblem[];
}

const BYTES: Omit<FieldText<Uint8Array>, "isOptional"> = {
  expected: "hexadecimal digits, two for each byte",
  format: toHex,
  parse: (value) => (typeof value === "string" && value.length <= 2 * LONGEST ? fromHex(value) : undefined),
};

export const bytes: FieldText<Uint8Array> = { ...BYTES, isOptional: false };
export const optionalBytes: FieldText<Uint8Array | undefined> = { ...BYTES, isOptional: true };

/** Bytes that are printable ASCII as a rule. */
export const optionalText: FieldText<Uint8Array | undefined> = {
  isOptional: true,
  expected: 'printable ASCII, or {"hex":"…"}',
  format(value) {
    const text = String.fromCharCode(...value);
    return PRINTABLE.test(text) ? text : { hex: toHex(value) };
  },
  parse(value) {
    if (typeof value === "string")
      return value.length <= LONGEST && PRINTABLE.test(value) ? Uint8Array.from(value, (one) => one.charCodeAt(0)) : undefined;
    return isObject(value) && Object.keys(value).length === 1 ? BYTES.parse(value.hex) : undefined;
  },
};

/** What is so, or is not said. */
export const optionalTrue: FieldText<true | undefined> = {
  isOptional: true,
  expected: "true",
  format: (value) => value,
  parse: (value) => (value === true ? true : undefined),
};

/** A whole number from 0 to `most`. */
export function wholeNumber(most: number): FieldText<number> {
  return {
    isOptional: false,
    expected: `a whole number from 0 to ${most}`,
    format: (value) => value,
    parse: (value) => (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most ? value : undefined),
  };
}

/** The first line, and one for each lease; each ends with a newline. */
export function* leaseLines<A, O>(family: LeaseTextFamily<A, O>, leases: Iterable<Lease<A, O>>): Generator<string> {
  yield `${JSON.stringify({ format: FORMAT, version: VERSION, protocol: family.protocol })}\n`;
  for (const lease of leases) yield `${JSON.stringify(leaseObject(family, lease))}\n`;
}

function leaseObject<A, O>(family: LeaseTextFamily<A, O>, { address, state, start, expiry, owner }: Lease<A, O>): object {
  const told: Record<string, unknown> = {};
  for (const name of fieldNames(family)) {
    const value = owner[name];
    if (value !== undefined && value !== null) told[name] = family.fields[name].format(value);
  }
  return { address: family.formatAddress(address), state: stateName(state), start: timeText(start), expiry: timeText(expiry), owner: told };
}

function fieldNames<A, O>({ fields }: LeaseTextFamily<A, O>): readonly (keyof O & string)[] {
  return Object.keys(fields) as (keyof O & string)[];
}

function stateName(state: LeaseState): string {
  return Object.entries(LeaseState).find(([, number]) => number === state)?.[0] ?? "";
}

function timeText(time: Seconds): Seconds | "never" {
  return time === NEVER ? "never" : time;
}

/**
 * Reads what `leaseLines` wrote. Never throws: a line that is no lease is a problem, and the others
 * are read; without the first line, or with one of another version or protocol, nothing is. Empty
 * lines are passed over. Of two lines about one address the second is a problem.
 */
export function parseLeaseText<A, O>(family: LeaseTextFamily<A, O>, text: string): ParsedLeases<A, O> {
  const leases: Lease<A, O>[] = [];
  const problems: LeaseTextProblem[] = [];
  const lineOf = new Map<string, number>();
  let isBegun = false;
  let line = 0;
  for (const one of text.split("\n")) {
    line++;
    if (one.trim() === "") continue;
    if (!isBegun) {
      const message = headerProblem(family, parseJson(one));
      if (message !== undefined) return { leases, problems: [{ line, message }] };
      isBegun = true;
      continue;
    }
    const parsed = parseLease(family, parseJson(one));
    if (typeof parsed === "string") {
      problems.push({ line, message: parsed });
      continue;
    }
    const name = family.formatAddress(parsed.address);
    const other = lineOf.get(name);
    if (other !== undefined) problems.push({ line, message: `a lease of ${name} stands in line ${other} already` });
    else {
      lineOf.set(name, line);
      leases.push(parsed);
    }
  }
  if (!isBegun) problems.push({ line: 1, message: `the first line has to be ${headerText(family)}` });
  return { leases, problems };
}

function headerText<A, O>({ protocol }: LeaseTextFamily<A, O>): string {
  return JSON.stringify({ format: FORMAT, version: VERSION, protocol });
}

function headerProblem<A, O>(family: LeaseTextFamily<A, O>, header: unknown): string | undefined {
  if (!isObject(header) || header.format !== FORMAT) return `the first line has to be ${headerText(family)}`;
  if (header.version !== VERSION) return `version ${JSON.stringify(header.version)} of the format is not known here, only ${VERSION} is`;
  if (header.protocol !== family.protocol) return `these are leases of ${JSON.stringify(header.protocol)}, not of ${family.protocol}`;
  return undefined;
}

/** The lease, or what is wrong with it. */
function parseLease<A, O>(family: LeaseTextFamily<A, O>, value: unknown): Lease<A, O> | string {
  if (!isObject(value)) return "not a JSON object";
  const { address, state, start, expiry, owner, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `a lease has no field "${unknown}"`;
  const parsedAddress = typeof address === "string" ? family.parseAddress(address) : undefined;
  if (parsedAddress === undefined) return "address: not an address of this protocol";
  const parsedState =
    typeof state === "string" && Object.hasOwn(LeaseState, state) ? LeaseState[state as keyof typeof LeaseState] : undefined;
  if (parsedState === undefined) return `state: not one of ${Object.keys(LeaseState).join(", ")}`;
  const from = parseTime(start);
  if (from === undefined) return `start: not ${TIME}`;
  const to = parseTime(expiry);
  if (to === undefined) return `expiry: not ${TIME}`;
  const parsedOwner = parseOwner(family, owner);
  if (typeof parsedOwner === "string") return parsedOwner;
  return { address: parsedAddress, state: parsedState, start: from, expiry: to, owner: parsedOwner.owner };
}

const TIME = `a whole number of seconds below ${NEVER}, or "never"`;
const time = wholeNumber(NEVER - 1);

function parseTime(value: unknown): Seconds | undefined {
  return value === "never" ? NEVER : time.parse(value);
}

function parseOwner<A, O>(family: LeaseTextFamily<A, O>, value: unknown): { readonly owner: O } | string {
  if (!isObject(value)) return "owner: not a JSON object";
  for (const name of Object.keys(value)) if (!Object.hasOwn(family.fields, name)) return `owner: there is no field "${name}"`;
  const owner: Partial<O> = {};
  for (const name of fieldNames(family)) {
    const field = family.fields[name];
    if (!Object.hasOwn(value, name)) {
      if (!field.isOptional) return `owner: "${name}" is missing`;
      owner[name] = undefined as O[typeof name];
      continue;
    }
    const parsed = field.parse(value[name]);
    if (parsed === undefined) return `owner: ${name}: not ${field.expected}`;
    owner[name] = parsed;
  }
  return { owner: owner as O };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
