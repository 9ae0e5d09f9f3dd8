import { compareBytes } from "../net/bytes.ts";
import type { Claim } from "./claim.ts";
import { type Breathe, createBreath } from "./gather.ts";

/** So many are sorted at once: a millisecond of work. */
const RUN = 1024;
/** Bytes of a piece, about. */
const PIECE = 1 << 16;

const HEADER = "# Written by Leasehold, and written anew when names change: whatever else stands here is lost.\n";

/**
 * Short names that mean the machine itself to every program (RFC 6761 section 6.3). A client that
 * calls itself so has its whole name only.
 */
const NEVER_SHORT: ReadonlySet<string> = new Set(["localhost"]);

/**
 * The text of a hosts file, in pieces: for each address its whole name, and its first label where
 * no other name begins with it. The same claims give the same text, whatever their order.
 */
export async function* hostsText(claims: Iterable<Claim>): AsyncGenerator<string, undefined, undefined> {
  const breathe = createBreath();
  const shorts = new Map<string, string | undefined>();
  const all: Claim[] = [];
  for (const claim of claims) {
    all.push(claim);
    const short = firstLabel(claim.name);
    if (!shorts.has(short)) shorts.set(short, claim.name);
    else if (shorts.get(short) !== claim.name) shorts.set(short, undefined);
    const wait = breathe(1);
    if (wait !== undefined) await wait;
  }
  let piece = HEADER;
  for (const { addressText, name } of await sorted(all, breathe)) {
    const short = firstLabel(name);
    const hasShort = short !== name && shorts.get(short) === name && !NEVER_SHORT.has(short);
    piece += hasShort ? `${addressText}\t${name} ${short}\n` : `${addressText}\t${name}\n`;
    if (piece.length >= PIECE) {
      yield piece;
      piece = "";
    }
    const wait = breathe(1);
    if (wait !== undefined) await wait;
  }
  yield piece;
}

function firstLabel(name: string): string {
  const dot = name.indexOf(".");
  return dot === -1 ? name : name.slice(0, dot);
}

/** Shorter addresses first, those of one length by number, those that are equal by name. */
function compare(a: Claim, b: Claim): number {
  return a.address.length - b.address.length || compareBytes(a.address, b.address) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** Sorts by merging, some at a time: sorting a million at once takes a second. */
async function sorted(claims: readonly Claim[], breathe: Breathe): Promise<readonly Claim[]> {
  let runs: Claim[][] = [];
  for (let i = 0; i < claims.length; i += RUN) {
    runs.push(claims.slice(i, i + RUN).sort(compare));
    const wait = breathe(RUN);
    if (wait !== undefined) await wait;
  }
  while (runs.length > 1) {
    const next: Claim[][] = [];
    for (let i = 0; i < runs.length; i += 2) next.push(await merged(runs[i] as Claim[], runs[i + 1] ?? [], breathe));
    runs = next;
  }
  return runs[0] ?? [];
}

async function merged(a: readonly Claim[], b: readonly Claim[], breathe: Breathe): Promise<Claim[]> {
  const all: Claim[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    const takesLeft = right === undefined || (left !== undefined && compare(left, right) <= 0);
    all.push((takesLeft ? left : right) as Claim);
    if (takesLeft) i++;
    else j++;
    const wait = breathe(1);
    if (wait !== undefined) await wait;
  }
  return all;
}
