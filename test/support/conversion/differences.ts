import type { Difference } from "./answers.ts";

/** Differences that are meant, as `docs/conversion.md` lists them. */
export interface Intended {
  /** Whose answers differ; "all": whoever's. */
  readonly of: "all" | "dhcpd" | "kea" | "dnsmasq";
  /** Of one file alone. */
  readonly file?: string;
  /** What differs, and why, for people. */
  readonly what: string;
  readonly why: string;
  readonly is: (difference: Difference) => boolean;
}

const isField =
  (...fields: readonly string[]) =>
  ({ field }: Difference): boolean =>
    fields.includes(field);

export const INTENDED: readonly Intended[] = [];

/** What is left of differences once those that are meant are taken away. */
export function unintended(differences: readonly Difference[], of: string, file: string): readonly Difference[] {
  const meant = INTENDED.filter((one) => (one.of === "all" || one.of === of) && (one.file === undefined || one.file === file));
  return differences.filter((difference) => !meant.some(({ is }) => is(difference)));
}

export { isField };
