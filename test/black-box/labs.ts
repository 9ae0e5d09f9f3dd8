import type { TestContext } from "node:test";
import { createLab, type Lab, type Namespace } from "../support/namespaces.ts";

export interface Pair {
  readonly lab: Lab;
  readonly server: Namespace;
  readonly client: Namespace;
}

/**
 * A server with 10.77.0.1/24 on eth0, and a client on the other end of the cable with this hardware
 * address and no other.
 */
export function createPair(t: TestContext, mac: string): Pair {
  const lab = createLab(t);
  const server = lab.namespace("server");
  const client = createClientPlace(lab, "client", server, "eth0", mac);
  lab.exec(server, "ip", "address", "add", "10.77.0.1/24", "dev", "eth0");
  return { lab, server, client };
}

/**
 * A namespace whose eth0, with this hardware address, is at the other end of a cable from an
 * interface of `peer`.
 */
export function createClientPlace(lab: Lab, label: string, peer: Namespace, peerInterface: string, mac: string): Namespace {
  const place = lab.namespace(label);
  lab.cable(peer, peerInterface, place, "eth0");
  lab.exec(place, "ip", "link", "set", "eth0", "address", mac);
  return place;
}

/** A bridge in the namespace, with these of its interfaces as ports: a switch. */
export function createBridge(lab: Lab, where: Namespace, name: string, ports: readonly string[]): void {
  lab.exec(where, "ip", "link", "add", name, "type", "bridge", "forward_delay", "0");
  for (const port of ports) lab.exec(where, "ip", "link", "set", port, "master", name);
  lab.exec(where, "ip", "link", "set", name, "up");
}

/**
 * A namespace that routes between two networks: `inside`, with 10.78.0.1/16, and the server's,
 * 10.79.0.0/24.
 */
export interface Routed {
  readonly lab: Lab;
  readonly server: Namespace;
  readonly router: Namespace;
}

/**
 * A server with 10.79.0.1 on eth0, and a router to a network where it has no interface. The
 * interface `inside` is the caller's to make.
 */
export function createRouted(t: TestContext): Routed {
  const lab = createLab(t);
  const [server, router] = [lab.namespace("server"), lab.namespace("router")];
  lab.cable(server, "eth0", router, "outside");
  lab.exec(server, "ip", "address", "add", "10.79.0.1/24", "dev", "eth0");
  lab.exec(router, "ip", "address", "add", "10.79.0.2/24", "dev", "outside");
  lab.exec(server, "ip", "route", "add", "10.78.0.0/16", "via", "10.79.0.2");
  lab.exec(router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
  return { lab, server, router };
}

/**
 * A server and a client on the other end of the cable, with addresses of the link alone, and
 * 2001:db8:77::1 of the server where its end of the cable is eth0. No router tells them anything.
 */
export async function createDhcp6Pair(t: TestContext, mac: string, serverInterface = "eth0"): Promise<Pair> {
  const lab = createLab(t);
  const server = lab.namespace("server");
  const client = createClientPlace(lab, "client", server, serverInterface, mac);
  if (serverInterface === "eth0") lab.exec(server, "ip", "address", "add", "2001:db8:77::1/64", "dev", "eth0", "nodad");
  await untilAddressesAreTested(lab, [server, client]);
  return { lab, server, client };
}

/**
 * Duplicate address detection of the addresses of a link takes a second or two, and clients wait
 * for none.
 */
export async function untilAddressesAreTested(lab: Lab, places: readonly Namespace[]): Promise<void> {
  for (const where of places) {
    while (lab.exec(where, "ip", "-6", "address", "show", "tentative").includes("inet6")) await new Promise((go) => setTimeout(go, 100));
  }
}
