/** DHCPv6 for the load generator. */
import { equalBytes } from "../../../net/bytes.ts";
import { MessageType } from "../../../wire/dhcp6/message.ts";
import { Answer, type Messages, Phase } from "../messages.ts";
import { emptyAnswer, readAnswer } from "./answer.ts";
import { createLeaseSet } from "./lease-set.ts";
import { createPackets, leaseSize, type PacketSettings } from "./packets.ts";

/** `clients`: how many there are. */
export function createDhcp6Messages(settings: PacketSettings, clients: number): Messages {
  const { firstClient, prefixes } = settings;
  const packets = createPackets(settings);
  const stride = leaseSize(settings);
  const leases = new Uint8Array(clients * stride);
  const addressSet = createLeaseSet(leases, stride, 0, 16, clients);
  const prefixSet = prefixes ? createLeaseSet(leases, stride, 16, stride - 16, clients) : undefined;
  const leaseOf = (client: number): Uint8Array => leases.subarray(client * stride, (client + 1) * stride);
  /** The servers that were heard of, and which of them each client is with. */
  const servers: Uint8Array[] = [];
  const serverOf = new Uint16Array(clients);
  const answer = emptyAnswer();

  function numberOfServer(): number {
    const { bytes, server, serverLength } = answer;
    const duid = bytes.subarray(server, server + serverLength);
    const known = servers.findIndex((one) => equalBytes(one, duid));
    return known >= 0 ? known : servers.push(duid.slice()) - 1;
  }

  /** Whether the answer has what was asked for. */
  function isWhole(): boolean {
    return answer.address >= 0 && (!prefixes || answer.prefix >= 0);
  }

  /** Whether it gives what the client was offered, or has. */
  function isTheSame(client: number): boolean {
    const start = client * stride;
    for (let i = 0; i < 16; i++) if (leases[start + i] !== answer.bytes[answer.address + i]) return false;
    if (prefixes) for (let i = 16; i < stride; i++) if (leases[start + i] !== answer.bytes[answer.prefix + i - 16]) return false;
    return true;
  }

  return {
    write(phase, into, client, sequence) {
      const transactionId = makeTransactionId(client, phase, sequence);
      if (phase === Phase.offer) return packets.solicit(into, client, transactionId);
      const server = servers[serverOf[client] as number] as Uint8Array;
      return phase === Phase.lease
        ? packets.request(into, client, transactionId, leaseOf(client), server)
        : packets.renew(into, client, transactionId, leaseOf(client), server);
    },
    read: (bytes, length) => (readAnswer(bytes, length, answer) ? answer.hardwareAddress - firstClient : -1),
    answerTo(phase, client, sequence) {
      if (answer.transactionId !== makeTransactionId(client, phase, sequence)) return Answer.unrelated;
      const type = phase === Phase.offer ? MessageType.ADVERTISE : MessageType.REPLY;
      if (answer.server < 0 || answer.type !== type) return Answer.wrong;
      if (answer.failed) return Answer.refusal;
      if (!isWhole()) return Answer.wrong;
      if (phase === Phase.offer) return Answer.offer;
      return isTheSame(client) ? Answer.lease : Answer.wrong;
    },
    keep(client) {
      const { bytes, address, prefix } = answer;
      const lease = leaseOf(client);
      for (let i = 0; i < 16; i++) lease[i] = bytes[address + i] as number;
      if (prefixes) for (let i = 16; i < stride; i++) lease[i] = bytes[prefix + i - 16] as number;
      serverOf[client] = numberOfServer();
    },
    bind(client) {
      const first = addressSet.add(client);
      return (prefixSet === undefined || prefixSet.add(client)) && first;
    },
    free(client) {
      addressSet.remove(client);
      prefixSet?.remove(client);
    },
    words: { offer: "SOLICIT to ADVERTISE", lease: "REQUEST to REPLY", renewal: "RENEW to REPLY", refusals: "refusals" },
  };
}

/**
 * Of the 24 bits the phase is two, and six are `sequence`; which client it is its DUID says, so
 * that 16 bits of its number will do.
 */
export function makeTransactionId(client: number, phase: Phase, sequence: number): number {
  return ((sequence & 63) << 18) | (phase << 16) | (client & 0xffff);
}
