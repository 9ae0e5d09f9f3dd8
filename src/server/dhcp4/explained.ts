import { describe, type TraceEvent } from "../../engine/dhcp4/trace.ts";
import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import { equalBytes, writeU32 } from "../../net/bytes.ts";
import { type Ipv4, parseIpv4, readIpv4 } from "../../net/ipv4.ts";
import { formatMessage } from "../../wire/dhcp4/format.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import type { Explained } from "../decisions.ts";

/**
 * Type of a client identifier that holds an IAID and a DUID, and the bytes before the DUID (RFC
 * 4361).
 */
const WITH_DUID = 255;
const BEFORE_DUID = 5;

/** What there is to know of kept DHCPv4 messages, but for how they are decided about. */
export const EXPLAINED: Omit<Explained<Message, Ipv4, LeaseOwner>, "explain"> = {
  addresses: {
    size: 4,
    write: (address, into, at) => writeU32(into, at, address),
    read: readIpv4,
    writeGiven({ yiaddr }, into, at) {
      writeU32(into, at, yiaddr);
      return yiaddr !== 0;
    },
  },
  parseAddress: parseIpv4,
  isOf(message, identity) {
    if (equalBytes(message.chaddr, identity)) return true;
    const identifier = optionValue(message, OptionCode.clientIdentifier);
    if (identifier === undefined) return false;
    return equalBytes(identifier, identity) || (identifier[0] === WITH_DUID && equalBytes(identifier.subarray(BEFORE_DUID), identity));
  },
  identitiesOf: ({ chaddr, clientIdentifier }) => {
    if (clientIdentifier !== undefined) return [clientIdentifier];
    return chaddr.length === 0 ? [] : [chaddr];
  },
  describe: (event) => describe(event as TraceEvent),
  format: formatMessage,
};
