import { interfacesNamed, listInterfaces } from "../../../io/interfaces.ts";
import type { LocalInterface } from "../../../io/transport.ts";
import { formatIpv4, IPV4_ANY, type Ipv4 } from "../../../net/ipv4.ts";
import {
  formatEndpoint,
  linkBroadcast,
  localAddressTowards,
  parseAddress,
  parseEndpoint,
  QUICKSTART_SERVER,
  UsageError,
} from "../../endpoint.ts";
import { IPV4 } from "../../family.ts";
import type { Way, WayFlags } from "../way.ts";

export async function findDhcp4Way(scenario: string, flags: WayFlags): Promise<Way<Ipv4>> {
  if (flags.interface !== undefined) {
    if (scenario !== "new") {
      throw new UsageError(
        `${scenario} --interface: answers to renewals go to the clients' addresses, which this machine does not have; use a relay`,
      );
    }
    if (flags.relay !== undefined) throw new UsageError("--interface and --relay: speak either as clients or as a relay");
    const [link] = interfacesNamed(await listInterfaces(), [flags.interface]) as [LocalInterface<Ipv4>];
    return {
      ...linkBroadcast(link),
      name: `the server on the link of ${flags.interface}`,
      relay: undefined,
      listen: { address: IPV4_ANY, port: IPV4.clientPort },
      advice: "does a server serve that link, and has it a free address?",
    };
  }
  const server = parseEndpoint(IPV4, flags.server ?? QUICKSTART_SERVER);
  const local = await localAddressTowards(IPV4, server.address);
  const relay = flags.relay === undefined ? local : parseAddress(IPV4, "--relay", flags.relay);
  return {
    name: formatEndpoint(IPV4, server),
    relay,
    // A server on port 67 answers to giaddr and port 67; on any other port it answers to where the
    // message came from.
    listen: server.port === IPV4.serverPort ? { address: relay, port: IPV4.serverPort } : { address: local, port: 0 },
    interfaces: [],
    destination: { ...server, hardwareAddress: undefined, interfaceIndex: 0, source: IPV4_ANY },
    advice: `does a server listen there, has it a network that holds the relay's address ${formatIpv4(relay)}, and a free address in it?`,
  };
}
