import { DHCP4_MESSAGES, type Dhcp4Subject } from "../../config/class-expression/dhcp4/index.ts";
import {
  type CompiledClassification,
  classNumberIn,
  compileClassification,
  compileValue,
  type Value,
} from "../../config/class-expression/index.ts";
import type { Limit } from "../../config/model/common.ts";
import type { Config } from "../../config/model/config.ts";
import { indexReservations, type NetworkReservations } from "./reservation-index.ts";

/**
 * What a configuration is made into, once, before messages are decided by it:
 * functions and indexes.
 */
export interface CompiledConfig {
  /** Undefined: the configuration has no classes. */
  readonly classification: CompiledClassification<Dhcp4Subject> | undefined;
  /** What each limit, the top level's and those of the networks, counts by. */
  readonly limitValues: ReadonlyMap<Limit, Value<Dhcp4Subject>>;
  /** By the index of the network. */
  readonly reservations: readonly NetworkReservations[];
}

/**
 * A configuration is plain data, which can be sent to another thread; this is everything
 * that the engine makes of it.
 */
export function compileConfig(config: Config): CompiledConfig {
  const { classification } = config;
  return {
    classification: classification && compileClassification(classification, DHCP4_MESSAGES),
    limitValues: compileLimits(config),
    reservations: indexReservations(config),
  };
}

function compileLimits(config: Config): ReadonlyMap<Limit, Value<Dhcp4Subject>> {
  const numberOf = classNumberIn(config.classification);
  const limits = [...config.limits, ...config.networks.flatMap((network) => network.limits)];
  return new Map(limits.map((limit) => [limit, compileValue(limit.value, numberOf, DHCP4_MESSAGES)]));
}
