import { NO_BYTES } from "../../net/bytes.ts";
import { type Lookups, slotFor } from "./lookups.ts";
import type { Messages } from "./messages.ts";
import type { Find, Subject, Value } from "./subject.ts";
import type { Node } from "./syntax.ts";

type OptionNode = Extract<Node, { readonly kind: "option" }>;

/** An option, or an option in it, in an expression. */
export type OptionPath = Pick<OptionNode, "codes" | "relay">;

/** What the options of an expression are found by. */
export interface Finding<S extends Subject> {
  readonly messages: Messages<S>;
  /** Undefined: each expression looks options up for itself. */
  readonly lookups: Lookups | undefined;
}

/** The same for the same option. */
export function keyOf({ codes, relay }: OptionPath): string {
  return relay === undefined ? codes.join(".") : `relay ${relay}.${codes.join(".")}`;
}

/**
 * An option, or an option in it. Those of vendors stand behind an enterprise number: those of the
 * first are meant.
 */
export function findOption<S extends Subject>(path: OptionPath, finding: Finding<S>): Find<S> {
  const { messages, lookups } = finding;
  const [code, ...inner] = path.codes as readonly [number, ...number[]];
  if (inner.length === 0) return findWhole(code, path.relay, finding);
  const isVendors = code === messages.vendorInformation && path.relay === undefined;
  const outer = isVendors ? findBlock(code, 0, finding) : findWhole(code, path.relay, finding);
  const steps = inner.map((one, i) =>
    i === 0 && isVendors ? inBlock(messages, one) : messages.within(i === 0 ? code : (inner[i - 1] as number), one),
  );
  return shared(through(outer, steps), keyOf(path), undefined, lookups);
}

/**
 * An option in the data of an enterprise; without codes the data itself. An enterprise of 0 is any.
 */
export function findVendor<S extends Subject>(enterprise: number, codes: readonly number[], finding: Finding<S>): Find<S> {
  const { messages, lookups } = finding;
  const block = findBlock(messages.vendorInformation, enterprise, finding);
  if (codes.length === 0) return block;
  const steps = codes.map((code, i) => (i === 0 ? inBlock(messages, code) : messages.within(codes[i - 1] as number, code)));
  return shared(through(block, steps), `vendor/${enterprise}.${codes.join(".")}`, undefined, lookups);
}

/** The data of an enterprise in the option of vendors' data or vendor classes. */
export function findBlock<S extends Subject>(option: number, enterprise: number, finding: Finding<S>): Find<S> {
  const find = finding.messages.findBlock(option, enterprise, findWhole(option, undefined, finding));
  return shared(find, `${option}/${enterprise}`, undefined, finding.lookups);
}

function findWhole<S extends Subject>(code: number, relay: number | undefined, { messages, lookups }: Finding<S>): Find<S> {
  return shared(messages.findOption(code, relay), keyOf({ codes: [code], relay }), relay === undefined ? code : undefined, lookups);
}

function shared<S extends Subject>(find: Find<S>, key: string, code: number | undefined, lookups: Lookups | undefined): Find<S> {
  if (lookups === undefined) return find;
  const slot = slotFor(lookups, key, code);
  return (subject) => {
    const { found } = subject;
    if (found === undefined) return find(subject);
    const known = found[slot];
    if (known !== null) return known;
    const value = find(subject);
    found[slot] = value;
    return value;
  };
}

type Step = (value: Uint8Array) => Uint8Array | undefined;

function inBlock({ inBlock: read }: Pick<Messages<Subject>, "inBlock">, code: number): Step {
  return (block) => read(block, code);
}

function through<S extends Subject>(outer: Find<S>, steps: readonly Step[]): Find<S> {
  return (subject) => {
    let value = outer(subject);
    for (let i = 0; i < steps.length && value !== undefined; i++) value = (steps[i] as Step)(value);
    return value;
  };
}

/**
 * What is not there is empty. Text loses the NULs at its end that some clients send (RFC 2132
 * section 2).
 */
export function inForm<S extends Subject>(find: Find<S>, text: boolean): Value<S> {
  if (!text) return (subject) => find(subject) ?? NO_BYTES;
  return (subject) => withoutNuls(find(subject) ?? NO_BYTES);
}

/** A view without the NULs at the end. */
export function withoutNuls(value: Uint8Array): Uint8Array {
  let length = value.length;
  while (length > 0 && value[length - 1] === 0) length--;
  return length === value.length ? value : value.subarray(0, length);
}
