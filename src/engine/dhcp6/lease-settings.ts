import type { Link } from "../../config/model/dhcp6.ts";
import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { Lease } from "../../leases/dhcp6/lease.ts";
import { relaysOf } from "../../leases/dhcp6/relays.ts";
import { IPV6_UNSPECIFIED } from "../../net/ipv6.ts";
import { type Message, MessageType } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { noClasses } from "../common/classes.ts";
import { classify } from "./classify.ts";
import type { Context, Received, Sender } from "./exchange.ts";
import { findReservation } from "./reservations.ts";
import { type Settings, settingsFor } from "./settings.ts";

/**
 * What applies to the client of a lease, as if it renewed now with everything that is kept about
 * it; undefined: no network is configured for it.
 */
export function settingsOfLease(context: Context, { address, owner }: Lease): Settings | undefined {
  const { config, places } = context.decider;
  const network = places.networkOf(address);
  if (network === undefined) return undefined;
  const { interfaceName, vendorClass } = owner;
  const duid = duidOf(owner.clientKey);
  const said = vendorClass === undefined ? [] : [{ code: OptionCode.vendorClass, data: vendorClass }];
  const message: Message = {
    type: MessageType.RENEW,
    transactionId: 0,
    options: [{ code: OptionCode.clientIdentifier, data: duid }, ...said],
    relays: relaysOf(owner.relays),
  };
  const name = interfaceName === undefined ? "" : new TextDecoder().decode(interfaceName);
  const received: Received = {
    message,
    interface: { index: 0, name, address: IPV6_UNSPECIFIED, addresses: [] },
    source: owner.peerAddress ?? IPV6_UNSPECIFIED,
    sourcePort: 0,
    destination: IPV6_UNSPECIFIED,
    serverPort: 0,
  };
  const link = config.links[network.link] as Link;
  const classes = noClasses(config.classification);
  const sender: Sender = { context, received, message, link, network, duid, classes, members: [], trace: undefined };
  classify(sender);
  return settingsFor(sender, findReservation(sender), address);
}
