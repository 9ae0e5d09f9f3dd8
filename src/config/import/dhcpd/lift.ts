import type { PlainMap } from "../translation.ts";
import { noteOf } from "../translation.ts";
import { isEmpty, report, type Work } from "./work.ts";

/*
 * In dhcpd what a class sets is closer than what a subnet sets; here it is the other way round.
 * Where both set the same thing, the networks' value goes to the top level if all have the same:
 * there the class is closer. Else nothing can say it, which is told.
 */

const KEYS = ["config", "next_server", "file_name", "server_name"] as const;

export function lift(top: PlainMap, classes: readonly PlainMap[], networks: PlainMap, shared: PlainMap, work: Work): void {
  const scopes = [...Object.values(networks), ...Object.values(shared).filter((one) => !Array.isArray(one))] as PlainMap[];
  const ranges = (Object.values(networks) as PlainMap[]).flatMap((one) => (one.ranges as PlainMap[] | undefined) ?? []);
  for (const one of classes) {
    for (const key of KEYS) if (Object.hasOwn(one, key)) settle(key, (scope) => scope, String(one.name), one);
    for (const key of Object.keys((one.options as PlainMap | undefined) ?? {}))
      settle(key, (scope, make) => optionsOf(scope, make), String(one.name), one);
  }

  function settle(key: string, partOf: (scope: PlainMap, make: boolean) => PlainMap | undefined, name: string, of: PlainMap): void {
    const setting = [...scopes, ...ranges].filter((scope) => Object.hasOwn(partOf(scope, false) ?? {}, key));
    if (setting.length === 0) return;
    const values = new Set(setting.map((scope) => JSON.stringify(partOf(scope, false)?.[key])));
    const everywhere = Object.values(networks).every((scope) => setting.includes(scope as PlainMap));
    const isRange = setting.some((scope) => ranges.includes(scope));
    if (values.size === 1 && everywhere && !isRange) {
      const [value] = values as unknown as [string];
      const target = partOf(top, true) as PlainMap;
      target[key] = JSON.parse(value);
      for (const scope of setting) {
        const part = partOf(scope, false) as PlainMap;
        delete part[key];
        if (part !== scope && isEmpty(part)) delete scope.options;
      }
      return;
    }
    const note = noteOf(work.notes, of.options as object, key) ?? noteOf(work.notes, of, key) ?? placeOf(of);
    report(
      work,
      "error",
      note?.origin ?? { file: "", line: 1, column: 1 },
      `${key} is set by the class ${name} and by networks or pools: here those are closer, while in dhcpd the class is`,
      "set it in classes alone, or in networks alone",
    );
  }

  function placeOf(of: PlainMap): ReturnType<typeof noteOf> {
    return noteOf(work.notes, classes as object, classes.indexOf(of));
  }
}

function optionsOf(scope: PlainMap, make: boolean): PlainMap | undefined {
  if (make) scope.options ??= {};
  return scope.options as PlainMap | undefined;
}
