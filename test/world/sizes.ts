import { createRandom } from "../support/random.ts";
import { DAY, type WorldSize } from "./world.ts";

const MINUTE = 60_000;

/** A small world, for many seeds: a few hours in which everything happens often. */
export function sizeOf(seed: number): WorldSize {
  const random = createRandom(seed ^ 0x5eed);
  const leaseTime = random.pick([120, 600, 3600]);
  return {
    hosts: random.pick([8, 25, 60]),
    duration: random.pick([6, 24]) * 60 * MINUTE,
    leaseTime,
    troubleEvery: random.pick([4, 20, 60]) * MINUTE,
    changeEvery: random.pick([10, 60]) * MINUTE,
  };
}

/** Hundreds of hosts for a month. */
export const MONTH: WorldSize = {
  hosts: 300,
  duration: 30 * DAY,
  leaseTime: 8 * 3600,
  troubleEvery: 120 * MINUTE,
  changeEvery: 12 * 60 * MINUTE,
};
