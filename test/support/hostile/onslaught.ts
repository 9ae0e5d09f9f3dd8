/** A great many hostile packets, one after the other, in this process. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { toHex } from "../../../src/net/bytes.ts";
import type { Hostile } from "./mutations.ts";

/**
 * How long one packet may take to decode and decide, in milliseconds; the usual is thousands of
 * times less.
 */
const TOO_LONG = 50;
/** Growth of memory from the first fifth of the packets to the last, in bytes. */
const TOO_MUCH = 16 << 20;

/** What receives the packets. */
export interface Target<W, D> {
  /** How the next packet comes in. */
  newWay(): W;
  /** Decodes and decides, and changes nothing; undefined: it can't be decoded. */
  decide(bytes: Uint8Array, length: number, way: W): D | undefined;
  carryOut(decision: D): void;
  /** Some time passes. */
  pass(): void;
  /** Fails when what is kept is not as it has to be. */
  check(): void;
}

/**
 * Fails at an exception, at a packet that takes too long, and when memory grows. Returns in words
 * what it was like.
 */
export async function attack<W, D>(hostile: Hostile, packets: number, target: Target<W, D>): Promise<string> {
  let slowest = 0;

  /**
   * One packet. What took long is measured again, for the machine may have been busy with something
   * else.
   */
  const receive = (): void => {
    const { bytes, length } = hostile;
    const way = target.newWay();
    let time = Number.POSITIVE_INFINITY;
    let decision: D | undefined;
    for (let attempt = 0; attempt < 5 && time > TOO_LONG; attempt++) {
      const start = performance.now();
      decision = target.decide(bytes, length, way);
      time = Math.min(time, performance.now() - start);
    }
    slowest = Math.max(slowest, time);
    assert.ok(time <= TOO_LONG, `it took ${time} ms`);
    if (decision !== undefined) target.carryOut(decision);
  };

  const held: number[] = [];
  for (let i = 0; i < packets; i++) {
    hostile.next();
    try {
      receive();
    } catch (error) {
      assert.fail(
        `packet ${i}: ${error instanceof Error ? error.stack : error}\n${toHex(hostile.bytes.subarray(0, Math.min(hostile.length, 4000)))}`,
      );
    }
    if (i % 1000 !== 0) continue;
    target.pass();
    if (i % (packets / 5) !== 0) continue;
    target.check();
    held.push(memoryHeld());
    // The test runner waits for a sign of life.
    await delay(1);
  }
  target.check();
  const growth = memoryHeld() - (held[1] as number);
  assert.ok(growth < TOO_MUCH, `memory grew by ${growth} bytes`);
  return `slowest packet ${slowest.toFixed(2)} ms, growth ${(growth / 1024).toFixed(0)} KiB`;
}

/** Collects garbage, so that what is left in memory is what is held. */
function memoryHeld(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
