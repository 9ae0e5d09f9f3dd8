import { addNote, noteOf, type PlainMap } from "../translation.ts";
import type { State } from "./translate.ts";
import { mapAt } from "./work.ts";

/*
 * A class goes before networks in dhcpd, and behind them in Leasehold. Where both set the same, it
 * moves to the top level if there is one network only; else an error tells.
 */

export function resolveConflicts({ work, value, networks, links, classes }: State): void {
  const outer = links.flatMap(({ settings }) => settings);
  for (const { name, settings } of classes.strong) {
    for (const one of settings) {
      if (one.kind !== "option" && one.kind !== "boot" && one.kind !== "time") continue;
      const family = one.kind === "option" ? one.family : 4;
      const key = one.kind === "time" ? "config" : one.key;
      const isBehind = outer.some((other) => other.kind === one.kind && (other.kind === "time" || ("key" in other && other.key === key)));
      const isInPool = networks.some(({ pools }) =>
        pools.some(
          ({ out }) => (one.kind === "option" ? (out.options as PlainMap | undefined) : out)?.[key] !== undefined && out.class !== name,
        ),
      );
      if (one.kind !== "boot" && (isBehind || isInPool))
        work.findings.push({
          severity: "error",
          origin: one.statement.at,
          message: `the class "${name}" sets ${key}, and so does ${isInPool ? "a pool" : "a shared network"}: in Leasehold that goes before the class`,
          hint: "set it for ranges with class:, or at the top level",
        });
      const of = networks.filter((network) => network.family === family);
      for (const { prefix } of of) {
        const top = family === 4 ? value : mapAt(value, "v6");
        const network = mapAt(mapAt(top, "networks"), prefix);
        const holder = one.kind === "option" ? (network.options as PlainMap | undefined) : network;
        if (holder?.[key] === undefined) continue;
        if (of.length === 1) {
          const target = one.kind === "option" ? mapAt(top, "options") : top;
          const note = noteOf(work.notes, holder, key);
          target[key] = holder[key];
          if (note !== undefined) addNote(work.notes, target, key, note);
          delete holder[key];
          if (one.kind === "option" && Object.keys(holder).length === 0) delete network.options;
        } else {
          work.findings.push({
            severity: "error",
            origin: one.statement.at,
            message: `the class "${name}" sets ${key}, and so does the network ${prefix}: in Leasehold the network's goes before the class's`,
            hint: "set it for ranges with class:, or move the network's to the top level",
          });
        }
      }
    }
  }
}
