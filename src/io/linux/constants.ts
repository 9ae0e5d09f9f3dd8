/**
 * Numbers and layouts of the Linux system call interface, the same on every 64-bit little-endian
 * architecture that Node runs on (x86-64, arm64, riscv64, loong64, ppc64le), with glibc and with
 * musl.
 */

export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;

export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
export const ETH_P_IPV6 = 0x86dd;
/** The type of links with Ethernet's addresses and ARP. */
export const ARPHRD_ETHER = 1;

export const IPPROTO_ICMP = 1;
export const SOL_RAW = 255;
export const ICMP_FILTER = 1;

export const SOL_IP = 0;
export const SOL_SOCKET = 1;
export const SOL_IPV6 = 41;
export const SOL_PACKET = 263;

export const SO_TYPE = 3;
export const SO_BROADCAST = 6;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_ATTACH_FILTER = 26;
/**
 * Also the type of its control message, which holds a struct timespec: when the datagram arrived,
 * by the wall clock.
 */
export const SO_TIMESTAMPNS = 35;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
export const SO_MEMINFO = 55;
/**
 * Index of the count of dropped datagrams in the words that SO_MEMINFO returns, and the number of
 * those words.
 */
export const SK_MEMINFO_DROPS = 8;
export const SK_MEMINFO_WORDS = 9;

export const IP_PKTINFO = 8;
export const IPV6_ADD_MEMBERSHIP = 20;
export const IPV6_DROP_MEMBERSHIP = 21;
export const IPV6_V6ONLY = 26;
export const IPV6_RECVPKTINFO = 49;
export const IPV6_PKTINFO = 50;

export const PACKET_ADD_MEMBERSHIP = 1;
export const PACKET_DROP_MEMBERSHIP = 2;
export const PACKET_AUXDATA = 8;
/**
 * The UDP checksum is left to the network card, so it is not in the bytes: the packet comes from
 * this very machine (veth, virtio).
 */
export const TP_STATUS_CSUMNOTREADY = 1 << 3;
/** The network card or the kernel has already verified the checksum. */
export const TP_STATUS_CSUM_VALID = 1 << 7;

export const MSG_DONTWAIT = 0x40;

/** struct sockaddr_in: family, port (network order), address, padding. */
export const SOCKADDR_IN_SIZE = 16;
/**
 * struct sockaddr_ll: family, protocol (network order), interface index, hatype, pkttype, halen,
 * address.
 */
export const SOCKADDR_LL_SIZE = 20;
/**
 * struct packet_mreq: interface index, type (0: a multicast address), length of the address,
 * address.
 */
export const PACKET_MREQ_SIZE = 16;

/**
 * struct mmsghdr: a struct msghdr of 56 bytes, the length of the message, padding. Offsets of its
 * fields.
 */
export const MMSGHDR = {
  size: 64,
  name: 0,
  nameLength: 8,
  iov: 16,
  iovLength: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  length: 56,
} as const;

/** struct iovec: base and length. */
export const IOVEC_SIZE = 16;

/** struct cmsghdr: length, level, type; the data follow at 16. */
export const CMSGHDR = { size: 16, level: 8, type: 12 } as const;

/** A control message with a struct timespec: seconds and nanoseconds, 64 bits each. */
export const TIMESTAMP_SPACE = 32;

/** A control message with a struct tpacket_auxdata, which starts with the status word. */
export const AUXDATA_SPACE = 40;
