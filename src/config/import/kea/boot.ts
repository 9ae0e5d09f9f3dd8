import type { Inherited } from "./inherited.ts";
import type { Part } from "./json.ts";
import { type Section, take, takeName } from "./section.ts";

/* Boot fields: siaddr, sname and file of DHCPv4's messages. */

export const BOOT_KEYS = [
  ["next-server", "next_server"],
  ["server-hostname", "server_name"],
  ["boot-file-name", "file_name"],
] as const;

type Field = readonly [key: (typeof BOOT_KEYS)[number][1], value: string, part: Part];

/** Those that a class or a reservation sets. */
export function bootOf(section: Section): readonly Field[] {
  return BOOT_KEYS.flatMap(([kea, own]): readonly Field[] => {
    const part = take(section, kea);
    const value = part === undefined ? undefined : takeName(section, kea);
    return part === undefined || value === undefined || isNone(value) ? [] : [[own, value, part]];
  });
}

/** Those of a place, with what it inherits. */
export function bootOfPlace(inherited: Inherited): readonly Field[] {
  return BOOT_KEYS.flatMap(([kea, own]): readonly Field[] => {
    const part = inherited.get(kea);
    const value = part?.value.kind === "scalar" ? part.value.value : undefined;
    return part === undefined || typeof value !== "string" || isNone(value) ? [] : [[own, value, part]];
  });
}

function isNone(value: string): boolean {
  return value === "" || value === "0.0.0.0";
}
