import type { Ipv6 } from "../../net/ipv6.ts";
import type { Transport, TransportOptions } from "../transport.ts";
import { createGroupMemberships } from "./group-memberships.ts";
import { IPV6 } from "./ipv6.ts";
import { loadLibc } from "./libc.ts";
import { openNeighbourGate } from "./neighbour-gate.ts";
import { createUdpReceiver } from "./receiver.ts";
import { boundPort, openUdpSocket } from "./sockets.ts";
import { createTransport } from "./transport.ts";

export interface Ipv6TransportOptions extends TransportOptions<Ipv6> {
  /** Multicast groups to hear on each of the interfaces; none by default. */
  readonly groups?: readonly Ipv6[] | undefined;
}

/**
 * One UDP socket for any number of interfaces. An interface that can't join a group is a
 * limitation.
 */
export async function openIpv6Transport(options: Ipv6TransportOptions): Promise<Transport<Ipv6>> {
  const libc = await loadLibc();
  const udp = openUdpSocket(libc, IPV6, options.address, options.port);
  const gate = openNeighbourGate(libc, udp, IPV6);
  const memberships = createGroupMemberships(libc, udp, options.groups ?? []);
  return createTransport(libc, {
    family: IPV6,
    sockets: [{ fd: udp, receiver: createUdpReceiver(libc, udp, IPV6, () => false) }],
    udp,
    link: undefined,
    gate,
    port: boundPort(libc, udp),
    limitations: memberships.follow(options.interfaces),
    serve: (interfaces) => memberships.follow(interfaces),
    close: () => gate.close(),
  });
}
