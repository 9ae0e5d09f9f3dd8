import { BytesMap } from "../../net/bytes.ts";
import type { Classification, ClientClass } from "../model/common.ts";
import { conditionIn, type Scope, valueIn } from "./compile.ts";
import { type ConditionIndex, indexConditions } from "./condition-index.ts";
import { createLookups, type Lookups } from "./lookups.ts";
import type { Messages } from "./messages.ts";
import type { ClassNumber, Condition, Subject, Value } from "./subject.ts";

/**
 * What tells the classes of a client from its messages: made of a classification once, before the
 * first message.
 */
export interface CompiledClassification<S extends Subject> {
  /** The options that the expressions read. */
  readonly lookups: Lookups;
  readonly early: ClassStage<S>;
  readonly late: ClassStage<S>;
}

/** Classes that are evaluated together, in this order; the index has them by their positions. */
export interface ClassStage<S extends Subject> {
  readonly classes: readonly CompiledClass<S>[];
  readonly index: ConditionIndex<S>;
}

export interface CompiledClass<S extends Subject> {
  readonly number: number;
  /** Whether the message puts the client into the class. Not for templates. */
  readonly condition: Condition<S>;
  /** Undefined: the class is no template. */
  readonly template: CompiledTemplate<S> | undefined;
}

export interface CompiledTemplate<S extends Subject> {
  readonly value: Value<S>;
  /** Numbers of the classes that the configuration names, by their values. */
  readonly spawned: BytesMap<number>;
}

export function compileClassification<S extends Subject>(classification: Classification, messages: Messages<S>): CompiledClassification<S> {
  const lookups = createLookups(messages.codes);
  const scope: Scope<S> = { classNumber: classNumberIn(classification), messages, lookups };
  const stage = (classes: readonly ClientClass[]): ClassStage<S> => ({
    classes: classes.map((one) => compileClass(one, scope)),
    // What a template gives has no constant.
    index: indexConditions(
      classes.map(({ template, expression }) => (template === undefined ? expression : undefined)),
      { messages, lookups },
    ),
  });
  return { lookups, early: stage(classification.early), late: stage(classification.late) };
}

/** Number of a class of the configuration by its name; -1 where nothing has that name. */
export function classNumberIn(classification: Classification | undefined): ClassNumber {
  const named = classification === undefined ? [] : [...classification.classes, ...classification.builtIns];
  const numbers = new Map(named.map(({ name, number }) => [name, number]));
  return (name) => numbers.get(name) ?? -1;
}

const never = (): boolean => false;

function compileClass<S extends Subject>({ number, expression, template }: ClientClass, scope: Scope<S>): CompiledClass<S> {
  if (expression === undefined) return { number, condition: never, template: undefined };
  if (template === undefined) return { number, condition: conditionIn(expression, scope), template };
  const spawned = new BytesMap<number>();
  for (const one of template.spawned) spawned.set(one.value, one.number);
  return { number, condition: never, template: { value: valueIn(expression, scope), spawned } };
}
