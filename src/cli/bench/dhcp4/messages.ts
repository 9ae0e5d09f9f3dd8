/** DHCPv4 for the load generator. */
import { MessageType } from "../../../wire/dhcp4/message.ts";
import { Answer, type Messages, Phase } from "../messages.ts";
import { createAddressSet } from "./address-set.ts";
import { clientOfXid, createPackets, emptyAnswer, makeXid, type PacketSettings, readAnswer } from "./packets.ts";

/** `clients`: how many there are. */
export function createDhcp4Messages(settings: PacketSettings, clients: number): Messages {
  const { firstClient } = settings;
  const packets = createPackets(settings);
  const address = new Uint32Array(clients);
  const addresses = createAddressSet();
  const answer = emptyAnswer();
  return {
    write(phase, into, client, sequence) {
      const xid = makeXid(client, phase, sequence);
      switch (phase) {
        case Phase.offer:
          return packets.discover(into, client, xid);
        case Phase.lease:
          return packets.request(into, client, xid, address[client] as number, answer.serverIdentifier);
        case Phase.renewal:
          return packets.renew(into, client, xid, address[client] as number);
      }
    },
    read: (bytes, length) => (readAnswer(bytes, length, answer) ? clientOfXid(answer.xid) : -1),
    answerTo(phase, client, sequence) {
      if (answer.xid !== makeXid(client, phase, sequence)) return Answer.unrelated;
      if (answer.hardwareAddress !== (firstClient + client) >>> 0 || answer.serverIdentifier === 0) return Answer.wrong;
      if (phase === Phase.offer) return answer.type === MessageType.OFFER && answer.yiaddr !== 0 ? Answer.offer : Answer.wrong;
      if (answer.type === MessageType.NAK) return Answer.refusal;
      return answer.type === MessageType.ACK && answer.yiaddr === address[client] ? Answer.lease : Answer.wrong;
    },
    keep(client) {
      address[client] = answer.yiaddr;
    },
    bind: (client) => addresses.add(address[client] as number),
    free: (client) => addresses.remove(address[client] as number),
    words: { offer: "DISCOVER to OFFER", lease: "REQUEST to ACK", renewal: "REQUEST to ACK", refusals: "NAKs" },
  };
}
