import type { Ipv4 } from "../../../net/ipv4.ts";
import type { Message } from "../../../wire/dhcp4/message.ts";
import type { Subject } from "../subject.ts";

/** A DHCPv4 message and how it came in. */
export interface Dhcp4Subject extends Subject {
  readonly message: Message;
  readonly source: Ipv4;
  readonly destination: Ipv4;
}
