/** What becomes of a question. */
export type Verdict =
  | "answer"
  /** An empty answer that says to ask by TCP, as nobody can do in the name of somebody else. */
  | "truncate"
  | "drop";

/** How much each network is answered. */
export interface RateLimit {
  /** `now`: milliseconds that never go back. */
  judge(address: string, now: number): Verdict;
  /** Networks that are remembered. */
  readonly size: number;
}

/** What a network has left. */
interface Bucket {
  answers: number;
  since: number;
  /** Questions beyond what it had. */
  beyond: number;
}

export interface RateLimitParts {
  /** Answers in a second. */
  readonly rate: number;
  /** Answers at once, after a time of silence. */
  readonly burst: number;
  /** Networks that are remembered; beyond, the one that was first seen longest ago is forgotten. */
  readonly networks: number;
}

/**
 * Limits the answers to each network, a /24 or a /64, for who asks may bear the address of a victim.
 * Of what is beyond, every second question is answered as truncated (as BIND's `slip 2`), so that
 * who is really there comes through by TCP.
 */
export function createRateLimit({ rate, burst, networks }: RateLimitParts): RateLimit {
  const buckets = new Map<string, Bucket>();

  function bucketOf(network: string, now: number): Bucket {
    const known = buckets.get(network);
    if (known !== undefined) {
      // Behind the others: strangers in any number push out who is silent, not who asks.
      buckets.delete(network);
      buckets.set(network, known);
      return known;
    }
    if (buckets.size >= networks) for (const oldest of buckets.keys()) if (buckets.delete(oldest)) break;
    const bucket = { answers: burst, since: now, beyond: 0 };
    buckets.set(network, bucket);
    return bucket;
  }

  return {
    judge(address, now) {
      const bucket = bucketOf(networkOf(address), now);
      bucket.answers = Math.min(burst, bucket.answers + ((now - bucket.since) * rate) / 1000);
      bucket.since = now;
      if (bucket.answers >= 1) {
        bucket.answers--;
        return "answer";
      }
      return ++bucket.beyond % 2 === 0 ? "truncate" : "drop";
    },
    get size() {
      return buckets.size;
    },
  };
}

/** The network of an address, a /24 or a /64, in the form that sockets tell, as some text. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address.slice(0, address.lastIndexOf("."));
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  // With eight groups there is no gap; a gap is as many zeros as are missing.
  if (tail !== undefined) {
    const behind = tail === "" ? 0 : tail.split(":").length;
    while (groups.length + behind < 8) groups.push("0");
    if (tail !== "") groups.push(...tail.split(":"));
  }
  return groups.slice(0, 4).join(":");
}
