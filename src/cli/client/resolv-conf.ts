/** The file of the resolver while there are leases, resolv.conf(5). */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { writeAtomically } from "./atomic-file.ts";
import type { Resolver } from "./setup.ts";

export interface ResolvConf {
  /**
   * These are the name servers that the leases of the family give. When no family gives any, the
   * file is as it was before. Returns what could not be done.
   */
  use(family: string, resolver: Resolver): string | undefined;
}

/** More are not asked, resolv.conf(5). */
const MOST_NAMESERVERS = 3;
const HEADER = "# Written by leasehold client, which puts the file of before back when its leases end.\n";

/**
 * Keeps the file of before beside it, as `PATH.before-leasehold`, so that it can be put back by the
 * next client too, should this one be killed.
 */
export function createResolvConf(path: string): ResolvConf {
  const kept = `${path}.before-leasehold`;
  const resolvers = new Map<string, Resolver>();
  let written: string | undefined;

  function write(text: string): void {
    if (text === written) return;
    const now = read(path);
    // A client that was killed left its text: what was there before is kept already.
    if (written === undefined && !(now.startsWith(HEADER) && existsSync(kept))) writeAtomically(kept, now);
    writeAtomically(path, text);
    written = text;
  }

  function restore(): void {
    if (written === undefined) return;
    // What another program has written meanwhile counts.
    if (read(path) === written) {
      const before = read(kept);
      if (before === "") rmSync(path, { force: true });
      else writeAtomically(path, before);
    }
    rmSync(kept, { force: true });
    written = undefined;
  }

  return {
    use(family, resolver) {
      resolvers.set(family, resolver);
      try {
        const text = textOf([...resolvers.values()]);
        if (text === undefined) restore();
        else write(text);
        return undefined;
      } catch (error) {
        return `${path} is not written: ${(error as Error).message}`;
      }
    },
  };
}

/** A client that sets nothing up. */
export const NO_RESOLV_CONF: ResolvConf = { use: () => undefined };

function textOf(resolvers: readonly Resolver[]): string | undefined {
  const nameservers = [...new Set(resolvers.flatMap((resolver) => resolver.nameservers))].slice(0, MOST_NAMESERVERS);
  if (nameservers.length === 0) return undefined;
  const search = [...new Set(resolvers.flatMap((resolver) => resolver.search))].filter(isName);
  return [HEADER, ...(search.length > 0 ? [`search ${search.join(" ")}\n`] : []), ...nameservers.map((one) => `nameserver ${one}\n`)].join(
    "",
  );
}

/** A server may say anything; a name with a line break in it would be a line of its own. */
function isName(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,253}$/.test(text);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
