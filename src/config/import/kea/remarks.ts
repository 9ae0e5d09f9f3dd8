import { NAMES_OF_THE_TOP } from "./names.ts";
import type { Remark } from "./section.ts";

/** Keys of the top level that have no counterpart. */
export const TOP_REMARKS: Readonly<Record<string, Remark>> = {
  ...NAMES_OF_THE_TOP,
  "control-socket": [
    "warning",
    "the server has a control socket of its own",
    "leasehold status, leasehold reload and leasehold leases use it",
  ],
  "control-sockets": [
    "warning",
    "the server has a control socket of its own",
    "leasehold status, leasehold reload and leasehold leases use it",
  ],
  "hosts-database": ["error", "reservations in a database are not read", "dump them, and put them into reservations"],
  "hosts-databases": ["error", "reservations in databases are not read", "dump them, and put them into reservations"],
  "config-control": ["error", "a configuration in a database is not read", "dump it, and put it into the file"],
  "multi-threading": ["warning", "there is nothing to set: one thread decides, others write"],
  "sanity-checks": ["warning", "there is nothing to set: leases are known by their address, not by a subnet's id"],
  "dhcp-queue-control": ["warning", "there is nothing to set: under load renewals go before new clients"],
  "statistic-default-sample-count": ["warning", "counters have no samples"],
  "statistic-default-sample-age": ["warning", "counters have no samples"],
  "parked-packet-limit": ["warning", "there is nothing to set"],
  "server-tag": ["warning", "there is no configuration database whose servers would have tags"],
  "store-extended-info": "nothing",
  "reservations-lookup-first": "nothing",
  "ip-reservations-unique": "nothing",
  "early-global-reservations-lookup": ["warning", "reservations are looked for once the network is known"],
  "data-directory": ["warning", "where leases are kept is said by store, or serve -d"],
  "mac-sources": ["warning", "hardware addresses are looked for in option 79, in the DUID and in the link-local address, in this order"],
  "relay-supplied-options": ["warning", "what relays supply is passed on, but for what the protocol itself uses"],
  "output-options": ["warning", "the log goes to standard output"],
  "allow-address-registration": "nothing",
};
