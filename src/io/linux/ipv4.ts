import { formatIpv4, IPV4_ANY, IPV4_BROADCAST, type Ipv4, readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { AF_INET, IP_PKTINFO, SO_BROADCAST, SOCKADDR_IN_SIZE, SOL_IP, SOL_SOCKET } from "./constants.ts";
import type { SocketFamily } from "./family.ts";

/** struct in_pktinfo: interface index, local address, destination address. */
const LOCAL = 4;
const DESTINATION = 8;

/** struct sockaddr_in: family, port, address, padding; and struct in_pktinfo. */
export const IPV4: SocketFamily<Ipv4> = {
  domain: AF_INET,
  options: [
    [SOL_SOCKET, SO_BROADCAST],
    [SOL_IP, IP_PKTINFO],
  ],
  nameSize: SOCKADDR_IN_SIZE,
  addressSize: 4,
  nameAddress: 4,
  level: SOL_IP,
  packetInfo: IP_PKTINFO,
  infoLength: 28,
  infoSpace: 32,
  unspecified: IPV4_ANY,

  read: readIpv4,
  write: writeIpv4,
  createReader: () => ({ read: readIpv4, own: (address) => address }),
  equal: (a, b) => a === b,
  hash: (address) => address | 0,
  writeName(bytes, at, address) {
    writeIpv4(bytes, at + 4, address);
  },
  writeInfo({ bytes, words }, at, interfaceIndex, source) {
    words[at / 4] = interfaceIndex;
    writeIpv4(bytes, at + LOCAL, source);
  },
  infoDestination: DESTINATION,
  interfaceIndex: ({ words }, at) => words[at / 4] as number,

  format: formatIpv4,
  needsNeighbour: (address) => address !== IPV4_BROADCAST,
  withoutHardwareAddress: () => IPV4_BROADCAST,
};
