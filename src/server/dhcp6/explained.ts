import { describe, type TraceEvent } from "../../engine/dhcp6/trace.ts";
import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { equalBytes, readU16 } from "../../net/bytes.ts";
import { hardwareOfDuid } from "../../net/duid.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, type Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { formatMessage } from "../../wire/dhcp6/format.ts";
import type { Message, Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import type { Explained } from "../decisions.ts";
import { parseLeased } from "./operations.ts";

/** A byte that says how long it is, and the 16 of an address or the 17 of a prefix. */
const KEPT_SIZE = 18;
const ADDRESS_SIZE = 16;

/** In the value of an association: IAID, T1 and T2; code and length in front of an option. */
const ASSOCIATION_HEADER = 12;
const OPTION_HEADER = 4;
/** In the value of an IA Prefix option: two lifetimes, then the length and the prefix. */
const LIFETIMES = 8;

/** What there is to know of kept DHCPv6 messages, but for how they are decided about. */
export const EXPLAINED: Omit<Explained<Message, Ipv6 | Ipv6Prefix, LeaseOwner>, "explain"> = {
  addresses: {
    size: KEPT_SIZE,
    write(address, into, at) {
      into[at] = address.length;
      for (let i = 0; i < address.length; i++) into[at + 1 + i] = address[i] as number;
    },
    read: (bytes, at) => new Uint8Array(bytes.subarray(at + 1, at + 1 + (bytes[at] as number))),
    writeGiven({ options }, into, at) {
      for (let i = 0; i < options.length; i++) if (writeFirst(options[i] as Option, into, at)) return true;
      return false;
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

/** The first address or prefix of an association, as it stands there: nothing is made of it. */
function writeFirst({ code, data }: Option, into: Uint8Array, at: number): boolean {
  if (code !== OptionCode.iaNa && code !== OptionCode.iaPd) return false;
  for (let i = ASSOCIATION_HEADER; i + OPTION_HEADER <= data.length; i += OPTION_HEADER + readU16(data, i + 2)) {
    const inner = readU16(data, i);
    const isPrefix = inner === OptionCode.iaPrefix;
    if (!isPrefix && inner !== OptionCode.iaAddress) continue;
    const from = i + OPTION_HEADER + (isPrefix ? LIFETIMES + 1 : 0);
    if (from + ADDRESS_SIZE > data.length) return false;
    into[at] = ADDRESS_SIZE + 1;
    for (let k = 0; k < ADDRESS_SIZE; k++) into[at + 1 + k] = data[from + k] as number;
    into[at + 1 + ADDRESS_SIZE] = isPrefix ? (data[from - 1] as number) : ADDRESS_LENGTH;
    return true;
  }
  return false;
}
