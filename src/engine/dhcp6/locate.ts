import type { Network } from "../../config/model/dhcp6.ts";
import { equalBytes } from "../../net/bytes.ts";
import { IPV6_UNSPECIFIED, type Ipv6, isLinkLocal } from "../../net/ipv6.ts";
import type { Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import type { Decider } from "./decider.ts";
import type { Received, ServedInterface } from "./exchange.ts";
import type { Trace } from "./trace.ts";

/**
 * The network that a message came from, on whose link the client is (RFC 8415 section 13.1). What a
 * relay says by an Interface-Id that the configuration names goes first, then the link-address of
 * the relay nearest to the client that has one: it decides alone, and when it is in no configured
 * network nothing else may place the client elsewhere. A relay without one, such as a switch (RFC
 * 6221), is on the link of what its message came in on. Last comes the receiving interface.
 */
export function locate(decider: Decider, received: Received, trace: Trace | undefined): Network | undefined {
  const { relays } = received.message;
  if (decider.namesInterfaceIds) {
    for (let i = relays.length - 1; i >= 0; i--) {
      const value = optionValue((relays[i] as Relay).options, OptionCode.interfaceId);
      const link = value && decider.linkOfInterfaceId.get(value);
      if (value === undefined || link === undefined) continue;
      trace?.({ rule: "link", by: "interface-id", value });
      return link.networks[0];
    }
  }
  const relay = placingRelay(relays);
  if (relay !== undefined) {
    const { linkAddress } = relay;
    trace?.({ rule: "link", by: "link-address", address: linkAddress });
    return decider.linkOfRelay.get(linkAddress)?.networks[0] ?? decider.places.networkOfAddress(linkAddress);
  }
  const { name } = received.interface;
  trace?.({ rule: "link", by: "interface", name });
  return networkOfInterface(decider, received.interface);
}

/**
 * The network an interface is on: of the link it is listed for, or that one of its addresses lies
 * in.
 */
export function networkOfInterface(decider: Decider, { name, addresses }: ServedInterface): Network | undefined {
  const listed = decider.linkOfInterface.get(name);
  for (let i = 0; i < addresses.length; i++) {
    const network = decider.places.networkOfAddress(addresses[i] as Ipv6);
    if (network !== undefined && (listed === undefined || network.link === listed.index)) return network;
  }
  return listed?.networks[0];
}

/**
 * The relay nearest to the client whose link-address says on which link that is; undefined: there
 * is none.
 */
export function placingRelay(relays: readonly Relay[]): Relay | undefined {
  for (let i = relays.length - 1; i >= 0; i--) {
    const relay = relays[i] as Relay;
    if (namesLink(relay.linkAddress)) return relay;
  }
  return undefined;
}

/** Whether a link-address tells links apart: neither :: nor a link-local one does. */
function namesLink(linkAddress: Ipv6): boolean {
  return !isLinkLocal(linkAddress) && !equalBytes(linkAddress, IPV6_UNSPECIFIED);
}
