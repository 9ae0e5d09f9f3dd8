import { DHCP4_MESSAGES, type Dhcp4Subject } from "../../config/class-expression/dhcp4/index.ts";
import type { Config } from "../../config/model/config.ts";
import { type CompiledExpressions, compileExpressions } from "../common/compile.ts";
import { indexReservations, type NetworkReservations } from "./reservation-index.ts";

/**
 * What a configuration is made into, once, before messages are decided by it:
 * functions and indexes.
 */
export interface CompiledConfig extends CompiledExpressions<Dhcp4Subject> {
  /** By the index of the network. */
  readonly reservations: readonly NetworkReservations[];
}

/**
 * A configuration is plain data, which can be sent to another thread; this is everything
 * that the engine makes of it.
 */
export function compileConfig(config: Config): CompiledConfig {
  return { ...compileExpressions(config, DHCP4_MESSAGES), reservations: indexReservations(config) };
}
