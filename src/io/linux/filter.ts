/**
 * A classic BPF program for a packet socket that starts at the IPv4 header, so that the kernel
 * wakes us only for what the UDP socket may miss: UDP to 255.255.255.255 and our port, addressed to
 * this machine. Of one in fragments the first is taken, which has the ports: it tells that the UDP
 * socket will have the whole.
 */
export function broadcastFilter(port: number): Uint8Array {
  return udpFilter(port, [load(16), rejectUnless(0xffffffff)]);
}

/**
 * The same, whatever the destination address: for a client, which hears what is sent to its
 * hardware address and an IPv4 address that it does not have yet.
 */
export function clientFilter(port: number): Uint8Array {
  return udpFilter(port, []);
}

function udpFilter(port: number, destination: readonly Instruction[]): Uint8Array {
  return assemble([
    load(LD_PACKET_TYPE),
    rejectGreater(PACKET_MULTICAST), // not to other hosts, and not what this machine sends
    loadByte(0),
    and(0xf0),
    rejectUnless(0x40), // version 4
    loadByte(9),
    rejectUnless(17), // UDP
    loadHalf(6),
    rejectBits(0x1fff), // no later fragment
    ...destination,
    loadHeaderLength(),
    loadHalfBehindHeader(2),
    rejectUnless(port), // destination port
  ]);
}

/**
 * What DHCPv4 servers send to clients: UDP from port 67 to port 68, whatever the addresses.
 */
export function clientPortFilter(): Uint8Array {
  return udpFilter(68, [loadHeaderLength(), loadHalfBehindHeader(0), rejectUnless(67)]);
}

/**
 * What DHCPv6 servers send to clients: UDP to port 546, for a packet socket that starts at the IPv6
 * header. Extension headers, which nobody sends with it, hide it.
 */
export function ipv6ClientPortFilter(): Uint8Array {
  return assemble([
    load(LD_PACKET_TYPE),
    rejectGreater(PACKET_MULTICAST),
    loadByte(6),
    rejectUnless(17), // UDP
    loadHalf(42),
    rejectUnless(546), // destination port
  ]);
}

/**
 * The same for a packet socket that starts at the Ethernet header: Neighbor Solicitations and
 * Advertisements (RFC 4861) that no router has forwarded, addressed to this machine or a group.
 */
export function neighborFilter(): Uint8Array {
  return assemble([
    load(LD_PACKET_TYPE),
    rejectGreater(PACKET_MULTICAST),
    loadByte(20),
    rejectUnless(58), // ICMPv6
    loadByte(21),
    rejectUnless(255), // hop limit
    loadByte(54),
    rejectLess(135), // type: 135 or 136
    rejectGreater(136),
  ]);
}

/** `program` accepts what it does not reject. */
function assemble(program: readonly Instruction[]): Uint8Array {
  const instructions = new DataView(new ArrayBuffer((program.length + 2) * 8));
  // Behind the checks: accept, then reject, which every failed check jumps to.
  [...program, accept(), reject()].forEach((instruction, i) => {
    const toReject = program.length - i;
    instructions.setUint16(i * 8, instruction.code, true);
    instructions.setUint8(i * 8 + 2, instruction.rejectsWhen === true ? toReject : 0);
    instructions.setUint8(i * 8 + 3, instruction.rejectsWhen === false ? toReject : 0);
    instructions.setUint32(i * 8 + 4, instruction.k, true);
  });
  return new Uint8Array(instructions.buffer);
}

/** linux/filter.h. A check rejects the packet when its comparison has the outcome `rejectsWhen`. */
interface Instruction {
  readonly code: number;
  readonly k: number;
  readonly rejectsWhen?: boolean;
}

/**
 * SKF_AD_OFF + SKF_AD_PKTTYPE: not a place in the packet but whom it was for, as the receiving
 * interface saw it.
 */
const LD_PACKET_TYPE = 0xffff_f004;
const PACKET_MULTICAST = 2;

const load = (k: number): Instruction => ({ code: 0x20, k });
const loadHalf = (k: number): Instruction => ({ code: 0x28, k });
const loadByte = (k: number): Instruction => ({ code: 0x30, k });
const loadHeaderLength = (): Instruction => ({ code: 0xb1, k: 0 });
const loadHalfBehindHeader = (k: number): Instruction => ({ code: 0x48, k });
const and = (k: number): Instruction => ({ code: 0x54, k });
const rejectUnless = (k: number): Instruction => ({ code: 0x15, k, rejectsWhen: false });
const rejectLess = (k: number): Instruction => ({ code: 0x35, k, rejectsWhen: false });
const rejectGreater = (k: number): Instruction => ({ code: 0x25, k, rejectsWhen: true });
const rejectBits = (k: number): Instruction => ({ code: 0x45, k, rejectsWhen: true });
const accept = (): Instruction => ({ code: 0x06, k: 0xffff });
const reject = (): Instruction => ({ code: 0x06, k: 0 });
