import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";

/** A reservation as it is written, and where. */
export interface HostEntry<File> {
  readonly file: File;
  readonly path: Path;
}

/** The reservations of a list, with their places. */
export function entriesOf<File>(files: readonly File[] | undefined, path: Path): readonly HostEntry<File>[] {
  return (files ?? []).map((file, i) => ({ file, path: [...path, i] }));
}

/**
 * Those of a list that are not among what was kept of it: what else they say is checked all the
 * same.
 */
export function refusedOf<File>(
  files: readonly File[] | undefined,
  path: Path,
  kept: readonly { readonly file: unknown }[],
): readonly HostEntry<File>[] {
  const good = new Set(kept.map(({ file }) => file));
  return entriesOf(files, path).filter(({ file }) => !good.has(file));
}

/** How hosts of a protocol are told apart. */
export interface HostKeys<Host> {
  /** The same for two hosts that match the same clients. */
  readonly keyOf: (host: Host) => string;
  /** What a host matches, in words. */
  readonly describe: (host: Host) => string;
}

const ONE_OF_TWO = "a client can have one reservation in a network; keep one of the two";

/** Of those with the same match only the first is kept; the others are reported. */
export function withoutSameMatch<Host extends { readonly path: Path }>(
  hosts: readonly Host[],
  { keyOf, describe }: HostKeys<Host>,
  report: Report,
): readonly Host[] {
  const known = new Map<string, Host>();
  return hosts.filter((host) => {
    const key = keyOf(host);
    const other = known.get(key);
    if (other === undefined) {
      known.set(key, host);
      return true;
    }
    const message = `another reservation here has the same match (${describe(host)})`;
    report.keyError([...host.path, "match"], message, ONE_OF_TWO, other.path);
    return false;
  });
}

/**
 * The hosts without those that match the same clients as an earlier one, if `placeOf` knows the
 * address or the like of both; these are reported.
 */
export function withoutSecondPlace<Host extends { readonly path: Path }>(
  hosts: readonly Host[],
  { keyOf, describe }: HostKeys<Host>,
  placeOf: (host: Host) => string | undefined,
  report: Report,
): readonly Host[] {
  const places = new Map<string, { readonly place: string; readonly path: Path }>();
  return hosts.filter((host) => {
    const place = placeOf(host);
    if (place === undefined) return true;
    const key = keyOf(host);
    const other = places.get(key);
    places.set(key, { place, path: host.path });
    if (other === undefined) return true;
    const message = `the reservation of ${other.place} in the same network has the same match (${describe(host)})`;
    report.keyError([...host.path, "match"], message, ONE_OF_TWO, other.path);
    return false;
  });
}
