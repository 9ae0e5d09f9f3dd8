import * as z from "zod";
import { expected } from "../text/expected.ts";
import { ttl } from "./ddns.ts";
import { dnsListener, domainName, nameServer } from "./domain.ts";
import { list } from "./values.ts";

/* Names of clients without another DNS server. */

const A_LISTENER = "an address to listen on, such as 192.168.5.1, 192.168.5.1:53 or [2001:db8::1]:53";
const A_COMMAND = "a program and its arguments: [/usr/bin/pihole, reloaddns]";

/** `dns` at the top level. */
export const dns = z
  .strictObject(
    {
      listen: z
        .union([dnsListener, list(dnsListener, "addresses")], { error: expected(`${A_LISTENER}, or a list of these`) })
        .optional()
        .describe("Where DNS is answered, over UDP and TCP: one address or a list, each with a port if it is not 53. Default: nowhere."),
      zones: list(domainName("a zone such as home.arpa"), "zones")
        .optional()
        .describe(
          "Zones that are answered for. Those of the addresses of the networks come by themselves. Default: the domains that clients are given.",
        ),
      ttl: ttl.optional().describe("TTL of records. Default: 60s."),
      secondaries: list(nameServer("the address of a DNS server, with its port if that is not 53"), "addresses")
        .optional()
        .describe("DNS servers that may take the zones (AXFR), and are told when they have changed (NOTIFY). Default: none."),
      hosts_file: z
        .string({ error: expected("the path of a file") })
        .min(1, "the path is empty")
        .optional()
        .describe("A file that is kept like /etc/hosts, for another resolver to read. Default: none."),
      command: z
        .array(z.string({ error: expected("a text") }).min(1, "an empty text"), { error: expected(A_COMMAND) })
        .min(1, "command is empty: name a program")
        .optional()
        .describe("A program that is run when the hosts file has changed, and its arguments. Default: none."),
    },
    { error: expected("a map with listen, zones, hosts_file and so on") },
  )
  .meta({ id: "Dns", description: "Answers to DNS from the leases themselves, or a hosts file. Default: neither." });
