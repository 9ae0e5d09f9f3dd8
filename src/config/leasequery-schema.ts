import * as z from "zod";
import { parseIpv4 } from "../net/ipv4.ts";
import { type Ipv4Prefix, parseIpv4Prefix } from "../net/prefix.ts";
import { expected } from "./expected.ts";
import { hostBitsSet, list, type Refusal, text } from "./schema-values.ts";

const requester = text("an address such as 10.0.0.2 or a prefix such as 10.0.0.0/24", (value): Ipv4Prefix | Refusal | undefined => {
  if (value.includes("/")) return parseIpv4Prefix(value) ?? hostBitsSet(value);
  const address = parseIpv4(value);
  return address === undefined ? undefined : { address, length: 32 };
});

/** `leasequery` at the top level. */
export const leasequery = z
  .strictObject(
    {
      requesters: list(requester, "addresses and prefixes")
        .min(1, "requesters is empty: nobody could ask")
        .describe(
          "Addresses and prefixes of those who may ask; both giaddr and the address that the query comes from have to be among them.",
        ),
    },
    { error: expected("a map with requesters") },
  )
  .meta({ id: "Leasequery", description: "Answers to DHCPLEASEQUERY: by address, hardware address, client identifier or remote id." });
