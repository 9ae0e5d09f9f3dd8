import { DEEPEST, isDeeperThan, TOO_DEEP } from "../server/requests.ts";
import { Problem } from "./problem.ts";

/*
 * What is asked of the server, which lives in another thread: so many requests at one time, and
 * none of them for ever.
 */

/** Requests to the server that may be under way. */
const MOST_UNDER_WAY = 64;
/** How long one may take, in milliseconds. */
const PATIENCE = 30_000;

/** What the statuses of refusals are, by their codes. */
const STATUS: Readonly<Record<string, number>> = { invalid: 400, "not-found": 404, conflict: 409, unavailable: 503 };

/** Asks the server; resolves with its answer. Rejects with Problem where it refuses. */
export type Ask = (request: Readonly<Record<string, unknown>> & { readonly kind: string }) => Promise<Readonly<Record<string, unknown>>>;

export interface Asking {
  readonly ask: Ask;
  /** How a request was answered. */
  answered(id: number, answer: object): void;
}

export function createAsking(send: (id: number, request: unknown) => void): Asking {
  const waiting = new Map<number, (answer: object) => void>();
  let last = 0;

  return {
    ask(request) {
      if (isDeeperThan(request, DEEPEST)) return Promise.reject(new Problem(400, TOO_DEEP));
      if (waiting.size >= MOST_UNDER_WAY) {
        return Promise.reject(new Problem(503, "the server has enough to do: ask again in a moment", {}, { "retry-after": "1" }));
      }
      return new Promise((resolve, reject) => {
        const id = ++last;
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new Problem(503, "the server did not answer in time", {}, { "retry-after": "10" }));
        }, PATIENCE);
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          const refused = answer as { readonly error?: unknown; readonly code?: string };
          if (typeof refused.error !== "string") resolve(answer as Readonly<Record<string, unknown>>);
          else reject(new Problem(STATUS[refused.code ?? ""] ?? 500, refused.error));
        });
        send(id, request);
      });
    },
    answered(id, answer) {
      const settle = waiting.get(id);
      waiting.delete(id);
      settle?.(answer);
    },
  };
}
