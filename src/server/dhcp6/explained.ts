import { describe, type TraceEvent } from "../../engine/dhcp6/trace.ts";
import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { equalBytes } from "../../net/bytes.ts";
import { hardwareOfDuid } from "../../net/duid.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { IPV6_PREFIX_SIZE, type Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { formatMessage } from "../../wire/dhcp6/format.ts";
import { writeFirstGiven } from "../../wire/dhcp6/given.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import type { Explained } from "../decisions.ts";
import { parseLeased } from "./operations.ts";

/** A byte that says how long it is, and the 16 of an address or the 17 of a prefix. */
const KEPT_SIZE = 18;

/** What there is to know of kept DHCPv6 messages, but for how they are decided about. */
export const EXPLAINED: Omit<Explained<Message, Ipv6 | Ipv6Prefix, LeaseOwner>, "explain"> = {
  addresses: {
    size: KEPT_SIZE,
    write(address, into, at) {
      into[at] = address.length;
      for (let i = 0; i < address.length; i++) into[at + 1 + i] = address[i] as number;
    },
    read: (bytes, at) => new Uint8Array(bytes.subarray(at + 1, at + 1 + (bytes[at] as number))),
    writeGiven(reply, into, at) {
      into[at] = IPV6_PREFIX_SIZE;
      return writeFirstGiven(reply, into, at + 1);
    },
  },
  parseAddress: parseLeased,
  isOf({ options, relays }, identity) {
    const duid = optionValue(options, OptionCode.clientIdentifier);
    if (duid !== undefined) {
      if (equalBytes(duid, identity)) return true;
      const hardware = hardwareOfDuid(duid);
      if (hardware !== undefined && equalBytes(hardware.address, identity)) return true;
    }
    const nearest = relays.at(-1);
    const known = nearest && optionValue(nearest.options, OptionCode.clientLinkLayerAddress);
    return known !== undefined && equalBytes(known.subarray(2), identity);
  },
  identitiesOf: ({ clientKey }) => [duidOf(clientKey)],
  describe: (event) => describe(event as TraceEvent),
  format: formatMessage,
};
