import { firstAddress, formatIpv6Prefix, ipv6Prefix, ipv6PrefixAround } from "../../../net/ipv6-prefix.ts";
import type { PlainMap } from "../translation.ts";
import { type AnyOf, type Classes, classOfGuards, guardOf, type Required, requiredOf } from "./classes.ts";
import { NAME_REMARKS } from "./names.ts";
import { readOptionData } from "./options.ts";
import { finish, push, put, type Remark, report, type Section, take, takeCount, takeName, takeSections, takeText } from "./section.ts";

/* Pools of addresses and of prefixes. */

const REMARKS: Readonly<Record<string, Remark>> = { ...NAME_REMARKS, id: "nothing", "pool-id": "nothing" };

/** Reads what pools of both kinds have. */
function readCommon(section: Section, out: PlainMap, classes: Classes, required: Required, what: string): void {
  const { work } = section;
  const guard: AnyOf | undefined = guardOf(section);
  put(work, out, "class", guard && classOfGuards([guard], classes), guard?.part);
  for (const name of requiredOf(section)) required.byPool.add(name);
  const { options, serverId } = readOptionData(section, classes.context);
  put(work, out, "options", options, take(section, "option-data"));
  if (serverId !== undefined)
    report(work, "error", serverId.part.at, "a pool can't choose the server identifier", "set server_id in the network");
  finish(section, what, REMARKS);
}

/** `ranges` of a network; undefined: there are none. */
export function readPools(section: Section, classes: Classes, required: Required): unknown[] | undefined {
  const { family, work } = classes.context;
  const ranges: unknown[] = [];
  for (const one of takeSections(section, "pools", "a pool")) {
    const text = takeText(one, "pool");
    const part = take(one, "pool");
    const out: PlainMap = {};
    const ends = (text ?? "").split("-").map((end) => family.address(end.trim()));
    const prefix = text?.includes("/") ? family.prefix(text.replaceAll(/\s/g, "")) : undefined;
    if (prefix !== undefined) put(work, out, "prefix", prefix, part);
    else if (ends.length === 2 && ends.every((end) => end !== undefined)) put(work, out, "range", ends.join("-"), part);
    else
      report(
        work,
        "error",
        one.part.at,
        `the pool ${JSON.stringify(text ?? "")} is neither two addresses with - between them nor a prefix`,
      );
    readCommon(one, out, classes, required, "a pool");
    if (out.prefix !== undefined || out.range !== undefined) push(work, ranges, out, one);
  }
  return ranges.length === 0 ? undefined : ranges;
}

/** `prefix_pools` of a network; undefined: there are none. */
export function readPrefixPools(section: Section, classes: Classes, required: Required): unknown[] | undefined {
  const { work } = classes.context;
  const pools: unknown[] = [];
  for (const one of takeSections(section, "pd-pools", "a pool of prefixes")) {
    const out: PlainMap = {};
    const [address, length, delegated] = [takeText(one, "prefix"), takeCount(one, "prefix-len"), takeCount(one, "delegated-len")];
    const prefix = ipv6PrefixAround(`${address}/${length}`);
    const [excluded, excludedLength] = [takeName(one, "excluded-prefix"), takeCount(one, "excluded-prefix-len")];
    if (prefix === undefined || delegated === undefined) {
      report(work, "error", one.part.at, "the pool of prefixes lacks its prefix, prefix-len or delegated-len");
      continue;
    }
    put(work, out, "prefix", formatIpv6Prefix(prefix), take(one, "prefix"));
    put(work, out, "delegated_length", delegated, take(one, "delegated-len"));
    const hole = excluded === undefined || excluded === "::" ? undefined : ipv6PrefixAround(`${excluded}/${excludedLength}`);
    if (hole !== undefined) {
      // As it lies in the first prefix that is delegated.
      const first = firstAddress(ipv6Prefix(firstAddress(prefix), delegated));
      const own = firstAddress(hole).map((byte, i) => {
        const bits = Math.min(8, Math.max(0, delegated - 8 * i));
        const mask = (0xff00 >>> bits) & 0xff;
        return ((first[i] as number) & mask) | (byte & ~mask & 0xff);
      });
      put(work, out, "excluded_prefix", formatIpv6Prefix(ipv6Prefix(own, excludedLength)), take(one, "excluded-prefix"));
    }
    readCommon(one, out, classes, required, "a pool of prefixes");
    push(work, pools, out, one);
  }
  return pools.length === 0 ? undefined : pools;
}
