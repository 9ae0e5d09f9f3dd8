import {
  type CompiledClassification,
  classNumberIn,
  compileClassification,
  compileValue,
  type Messages,
  type Subject,
  type Value,
} from "../../config/class-expression/index.ts";
import type { Classification, Limit } from "../../config/model/common.ts";

/** What is asked of messages, made into functions and indexes once, before the first message. */
export interface CompiledExpressions<S extends Subject> {
  /** Undefined: the configuration has no classes. */
  readonly classification: CompiledClassification<S> | undefined;
  /** What each limit, the top level's and those of the networks, counts by. */
  readonly limitValues: ReadonlyMap<Limit, Value<S>>;
}

/** A configuration, as far as it asks about messages. */
interface Asking {
  readonly classification?: Classification | undefined;
  readonly limits: readonly Limit[];
  readonly networks: readonly { readonly limits: readonly Limit[] }[];
}

/** `messages`: how those of the protocol are read. */
export function compileExpressions<S extends Subject>(config: Asking, messages: Messages<S>): CompiledExpressions<S> {
  const { classification } = config;
  const numberOf = classNumberIn(classification);
  const limits = [...config.limits, ...config.networks.flatMap((network) => network.limits)];
  return {
    classification: classification && compileClassification(classification, messages),
    limitValues: new Map(limits.map((limit) => [limit, compileValue(limit.value, numberOf, messages)])),
  };
}
