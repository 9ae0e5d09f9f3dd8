import type { HostsFileStatus } from "./hosts-file.ts";
import type { ResponderStatus } from "./responder/responder.ts";
import type { UpdaterStatus } from "./updates/status.ts";

/** How names stand. */
export interface NamesStatus {
  /** Names that somebody has. */
  readonly names: number;
  /** Hosts that go without the name that they claim. */
  readonly conflicts: number;
  /** Whether all leases have been read. */
  readonly ready: boolean;
  /** Why names stay as they are at present; absent: they don't. */
  readonly problem?: string;
  /** Absent: no hosts file is written. */
  readonly hosts?: HostsFileStatus;
  /** Absent: DNS is not answered. */
  readonly responder?: ResponderStatus;
  /** Absent: no DNS server is told. */
  readonly updates?: UpdaterStatus;
}

export const NOTHING_KNOWN: NamesStatus = { names: 0, conflicts: 0, ready: false };

/** Why some names don't resolve, one sentence each. */
export function troubleOf({ problem, hosts, responder, updates }: NamesStatus): readonly string[] {
  const found: string[] = [];
  if (problem !== undefined) found.push(`names stay as they are, for the leases can't be read: ${problem}`);
  if (hosts?.problem !== undefined) found.push(`names in ${hosts.path} are old: ${hosts.problem}`);
  for (const one of responder?.problems ?? []) found.push(`DNS is not answered everywhere: ${one}`);
  for (const { server, isUp, pending, problem: why } of updates?.servers ?? []) {
    if (!isUp && pending > 0) found.push(`the DNS server ${server} takes no updates${why === undefined ? "" : `: ${why}`}`);
  }
  return [...new Set(found)];
}
