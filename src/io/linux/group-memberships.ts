import type { Ipv6 } from "../../net/ipv6.ts";
import { type LocalInterface, TransportError } from "../transport.ts";
import { AF_INET6 } from "./constants.ts";
import { dump } from "./dump.ts";
import { IPV6, joinGroup, leaveGroup } from "./ipv6.ts";
import type { Libc } from "./libc.ts";
import { readAttributes, view } from "./netlink.ts";

// rtnetlink(7): the multicast groups of an interface.
const RTM_GETMULTICAST = 58;
const IFADDRMSG_SIZE = 8;
const IFA_MULTICAST = 7;

/** The multicast groups that a socket hears, on interfaces that come and go. */
export interface GroupMemberships {
  /**
   * Hears the groups on these interfaces and on no others. Returns where that can't be, one
   * sentence each; it is tried again the next time.
   */
  follow(interfaces: readonly LocalInterface<Ipv6>[]): readonly string[];
}

/**
 * A membership outlives its interface: when one of the same index comes back, or IPv6 comes back to
 * it, the socket still counts as a member and hears nothing. So it is looked whether the interface
 * itself has the group, and if not, the socket joins anew.
 */
export function createGroupMemberships(libc: Libc, fd: number, groups: readonly Ipv6[]): GroupMemberships {
  /** By `keyOf`. */
  let joined = new Map<string, { readonly group: Ipv6; readonly index: number }>();

  function join(group: Ipv6, index: number): string | undefined {
    leaveGroup(libc, fd, group, index);
    return joinGroup(libc, fd, group, index);
  }

  return {
    follow(interfaces) {
      if (groups.length === 0) return [];
      const present = listMemberships(libc);
      const before = joined;
      joined = new Map();
      const problems: string[] = [];
      for (const { index, name } of interfaces) {
        for (const group of groups) {
          const key = keyOf(group, index);
          const problem = before.has(key) && present?.has(key) !== false ? undefined : join(group, index);
          before.delete(key);
          if (problem === undefined) joined.set(key, { group, index });
          else problems.push(`Messages to ${IPV6.format(group)} are not heard on ${name} (${problem}).`);
        }
      }
      for (const { group, index } of before.values()) leaveGroup(libc, fd, group, index);
      return problems;
    },
  };
}

function keyOf(group: Ipv6, index: number): string {
  return `${IPV6.format(group)}%${index}`;
}

/** Of all interfaces, whoever joined; undefined where the kernel does not tell. */
function listMemberships(libc: Libc): ReadonlySet<string> | undefined {
  try {
    const keys = new Set<string>();
    for (const message of dump(libc, RTM_GETMULTICAST, AF_INET6)) {
      const group = readAttributes(message, IFADDRMSG_SIZE).get(IFA_MULTICAST);
      if (group !== undefined) keys.add(keyOf(group, view(message).getUint32(4, true)));
    }
    return keys;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return undefined;
  }
}
