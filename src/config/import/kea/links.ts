import { formatIdentifier } from "../../text/identifier.ts";
import type { PlainMap } from "../translation.ts";
import type { Network, Networks } from "./network-list.ts";
import { finish, put, report, type Section, take, takeName, takeSection, takeTexts } from "./section.ts";

/* Which links networks are on. */

/** What says which link it is. */
export function addLink(section: Section, out: PlainMap, { classes }: Networks): void {
  const { family, work } = classes.context;
  const name = takeName(section, "interface");
  if (name !== undefined) put(work, out, "interfaces", [name], take(section, "interface"));
  const id = takeName(section, "interface-id");
  if (id !== undefined) put(work, out, "interface_id", formatIdentifier(new TextEncoder().encode(id)), take(section, "interface-id"));
  const relay = takeSection(section, "relay");
  if (relay === undefined) return;
  const single = takeName(relay, "ip-address");
  const texts = [...(single === undefined ? [] : [single]), ...takeTexts(relay, "ip-addresses").map(({ text }) => text)];
  finish(relay, '"relay"');
  const addresses = texts.map((text) => family.address(text) ?? text).filter((text) => text !== "0.0.0.0" && text !== "::");
  for (const text of addresses) if (!family.isHost(text)) report(work, "error", relay.part.at, `${text} is not the address of a relay`);
  if (addresses.length > 0) put(work, out, "relays", addresses.filter(family.isHost), relay.part);
}

const LINK_KEYS = ["interfaces", "relays", "interface_id"] as const;

/**
 * An interface or relay leads to one link in Leasehold. Subnets of Kea's that share one and are for
 * different classes are put on one link; of others the first keeps it.
 */
export function joinLinks({ list, shared, classes }: Networks): void {
  const { work } = classes.context;
  const holders = new Map<string, Network>();
  const groups = new Map<Network, Network[]>();
  for (const network of list) {
    for (const key of LINK_KEYS) {
      for (const value of [network.out[key] ?? []].flat()) {
        const claim = `${key} ${String(value)}`;
        const other = holders.get(claim);
        if (other === undefined) holders.set(claim, network);
        if (other === undefined || other === network || (other.shared !== undefined && other.shared === network.shared)) continue;
        const canJoin =
          other.shared === undefined && network.shared === undefined && other.out.class !== undefined && network.out.class !== undefined;
        if (canJoin) {
          const group = groups.get(other) ?? [other];
          groups.set(other, group.includes(network) ? group : [...group, network]);
          continue;
        }
        delete network.out[key];
        const hint = "networks on one link belong in one shared network";
        report(work, "error", network.section.part.at, `${String(value)} leads to ${other.prefix} as well as to ${network.prefix}`, hint);
      }
    }
  }
  for (const [first, group] of groups) {
    const name = String([first.out.interfaces ?? first.out.relays ?? "link"].flat()[0]);
    if (Object.hasOwn(shared, name)) continue;
    shared[name] = group.map(({ prefix }) => prefix);
    const hint = "their classes tell which of them a client uses";
    report(
      work,
      "warning",
      first.section.part.at,
      `${group.map(({ prefix }) => prefix).join(" and ")} are on one link, and become a shared network`,
      hint,
    );
  }
}
