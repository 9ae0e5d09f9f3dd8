import { setTimeout as delay } from "node:timers/promises";
import type { Health } from "../server/health.ts";
import { healthSeen, STUCK_AFTER, stillFor } from "../server/heartbeat.ts";
import type { Ask } from "./asking.ts";

/*
 * How the server is, as this thread sees it: what it says itself, unless it does not move. It is
 * not asked then, for questions would only pile up.
 */

/**
 * Asks the server how it is. Resolves in any case, after `STUCK_AFTER` at the latest. `heartbeat`:
 * where the server's thread says that it moves; undefined: it is not looked at.
 */
export async function healthOf(ask: Ask, heartbeat: SharedArrayBuffer | undefined, patience: number = STUCK_AFTER): Promise<Health> {
  if (heartbeat !== undefined && stillFor(heartbeat) >= STUCK_AFTER) return healthSeen(heartbeat, undefined);
  const late = new AbortController();
  const silence = delay(patience, NO_ANSWER, { signal: late.signal }).catch(() => NO_ANSWER);
  try {
    return await Promise.race([told(ask), silence]);
  } finally {
    late.abort();
  }
}

const NOT_HEALTHY: Health = { state: "failed", reasons: ["leases can't be made durable, so none is given"] };
const NO_ANSWER: Health = { state: "failed", reasons: ["the thread that serves packets does not say how it is"] };

async function told(ask: Ask): Promise<Health> {
  try {
    const { status } = (await ask({ kind: "status" })) as { readonly status?: { readonly healthy?: boolean; readonly health?: Health } };
    return status?.health ?? (status?.healthy === true ? { state: "ok", reasons: [] } : NOT_HEALTHY);
  } catch (error) {
    return { state: "failed", reasons: [error instanceof Error ? error.message : String(error)] };
  }
}
