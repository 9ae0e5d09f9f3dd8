import type { Claim, NameChanges, NameReader } from "./claim.ts";

/** How long a turn of the event loop is taken for work that can wait, in milliseconds. */
const TURN = 5;
/** So many steps are done without a look at the clock. */
const STEPS = 64;

/**
 * Divides long work, that it keeps nobody waiting: undefined as long as it may go on. `steps`: so
 * many, each some microseconds long, were done since it was asked last.
 *
 *     const wait = breathe(1);
 *     if (wait !== undefined) await wait;
 */
export type Breathe = (steps: number) => Promise<void> | undefined;

/** For one piece of work. */
export function createBreath(): Breathe {
  let steps = 0;
  let since = performance.now();
  return (more) => {
    steps += more;
    if (steps < STEPS) return undefined;
    steps = 0;
    if (performance.now() - since < TURN) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}

/** The claims of all names as they are at one moment, although it takes many to find them. */
export interface Gathering {
  /** To be told of what changes until it is done. */
  changed(changes: NameChanges): void;
  /** Those of the moment when it settles. */
  readonly done: Promise<Iterable<Claim>>;
}

/**
 * Looks at every name, a few milliseconds at a time. `seal`: called at the moment that the claims
 * are of.
 */
export function gather(names: NameReader, isWanted: (claim: Claim) => boolean, seal: () => void = () => {}): Gathering {
  const stale = new Set<string>();
  /** Addresses that may be called otherwise, by a name that has not changed itself. */
  const addresses = new Set<string>();

  async function look(): Promise<Iterable<Claim>> {
    const found: Claim[] = [];
    const breathe = createBreath();
    for (const name of names.names()) {
      for (const claim of names.byName(name)) if (isWanted(claim)) found.push(claim);
      const wait = breathe(1);
      if (wait !== undefined) await wait;
    }
    for (const address of addresses) {
      const claim = names.byAddress(address);
      if (claim !== undefined) stale.add(claim.name);
    }
    if (addresses.size > 0) for (const { addressText, name } of found) if (addresses.has(addressText)) stale.add(name);
    const late: Claim[] = [];
    for (const name of stale) for (const claim of names.byName(name)) if (isWanted(claim)) late.push(claim);
    seal();
    return together(found, new Set(stale), late);
  }

  return {
    changed: (changes) => {
      for (const name of changes.names) stale.add(name);
      for (const address of changes.addresses) addresses.add(address);
    },
    done: look(),
  };
}

/** Names that have changed meanwhile are passed over, and stand at the end as they are now. */
function* together(found: readonly Claim[], stale: ReadonlySet<string>, late: readonly Claim[]): Generator<Claim> {
  for (const claim of found) if (!stale.has(claim.name)) yield claim;
  yield* late;
}
