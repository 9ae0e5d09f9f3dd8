import { readdirSync, readFileSync } from "node:fs";

/** What a thread of a process is and may do, as /proc says it. */
export interface ThreadStatus {
  readonly name: string;
  /** Real, effective, saved and of the file system. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly groups: readonly number[];
  /** Sets of capabilities, as numbers in hexadecimal without zeros in front. */
  readonly inheritable: string;
  readonly permitted: string;
  readonly effective: string;
  readonly bounding: string;
  readonly ambient: string;
  readonly noNewPrivileges: boolean;
}

/** All threads of a process; the first one is its main thread. */
export function threadsOf(pid: number): readonly ThreadStatus[] {
  return readdirSync(`/proc/${pid}/task`)
    .map(Number)
    .sort((a, b) => a - b)
    .map((task) => {
      const text = readFileSync(`/proc/${pid}/task/${task}/status`, "utf8");
      const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
      const numbers = (name: string): number[] => field(name).split(/\s+/).filter(Boolean).map(Number);
      const set = (name: string): string => BigInt(`0x${field(name)}`).toString(16);
      return {
        name: field("Name"),
        uids: numbers("Uid"),
        gids: numbers("Gid"),
        groups: numbers("Groups"),
        inheritable: set("CapInh"),
        permitted: set("CapPrm"),
        effective: set("CapEff"),
        bounding: set("CapBnd"),
        ambient: set("CapAmb"),
        noNewPrivileges: field("NoNewPrivs") === "1",
      };
    });
}
