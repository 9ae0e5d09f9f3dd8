import type { Ipv6 } from "../../../net/ipv6.ts";
import type { Message } from "../../../wire/dhcp6/message.ts";
import type { Subject } from "../subject.ts";

/** A DHCPv6 message, with what its relays put around it, and how it came in. */
export interface Dhcp6Subject extends Subject {
  readonly message: Message;
  readonly source: Ipv6;
  readonly destination: Ipv6;
}
