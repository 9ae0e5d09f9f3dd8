import { BytesMap } from "../../net/bytes.ts";
import type { Classification, ClientClass } from "../model/common.ts";
import { compileCondition, compileValue } from "./compile.ts";
import { type ConditionIndex, indexConditions } from "./condition-index.ts";
import { createLookups, type Lookups } from "./lookups.ts";
import type { ClassNumber, Condition, Value } from "./subject.ts";

/**
 * What tells the classes of a client from its messages: made of a classification once, before the
 * first message.
 */
export interface CompiledClassification {
  /** The options that the expressions read. */
  readonly lookups: Lookups;
  readonly early: ClassStage;
  readonly late: ClassStage;
}

/** Classes that are evaluated together, in this order; the index has them by their positions. */
export interface ClassStage {
  readonly classes: readonly CompiledClass[];
  readonly index: ConditionIndex;
}

export interface CompiledClass {
  readonly number: number;
  /** Whether the message puts the client into the class. Not for templates. */
  readonly condition: Condition;
  /** Undefined: the class is no template. */
  readonly template: CompiledTemplate | undefined;
}

export interface CompiledTemplate {
  readonly value: Value;
  /** Numbers of the classes that the configuration names, by their values. */
  readonly spawned: BytesMap<number>;
}

export function compileClassification(classification: Classification): CompiledClassification {
  const lookups = createLookups();
  const numberOf = classNumberIn(classification);
  const stage = (classes: readonly ClientClass[]): ClassStage => ({
    classes: classes.map((one) => compileClass(one, numberOf, lookups)),
    // What a template gives has no constant.
    index: indexConditions(
      classes.map(({ template, expression }) => (template === undefined ? expression : undefined)),
      lookups,
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

const never: Condition = () => false;

function compileClass({ number, expression, template }: ClientClass, numberOf: ClassNumber, lookups: Lookups): CompiledClass {
  if (expression === undefined) return { number, condition: never, template: undefined };
  if (template === undefined) return { number, condition: compileCondition(expression, numberOf, lookups), template };
  const spawned = new BytesMap<number>();
  for (const one of template.spawned) spawned.set(one.value, one.number);
  return { number, condition: never, template: { value: compileValue(expression, numberOf, lookups), spawned } };
}
