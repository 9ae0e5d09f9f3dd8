import { readFileSync } from "node:fs";
import { defineConfig } from "leasehold/config";

/*
 * Some names belong to some machines, as a file beside this one tells. Whoever else gives itself such
 * a name is not answered, so that nobody registers it: neither here, nor where names of leases go.
 */

const owners: Readonly<Record<string, string>> = JSON.parse(readFileSync(new URL("names.json", import.meta.url), "utf8"));

/** The first label, as names are compared. */
function labelOf(hostname: string): string {
  return hostname.split(".", 1)[0]?.toLowerCase() ?? "";
}

export default defineConfig({
  networks: {
    "192.168.5.0/24": {
      options: { routers: "192.168.5.1" },
      ranges: [{ range: "192.168.5.100-192.168.5.199" }],
    },
  },
  v6: {
    networks: { "2001:db8:5::/64": { ranges: [{ range: "2001:db8:5::100-2001:db8:5::1ff" }] } },
  },
  hooks: {
    // The veto has to hold: without an answer of the hook there is none for the client either.
    onFailure: "drop",
    budget: 500,
    reply(reply, { hostname, chaddr }) {
      if (hostname === undefined || reply.addresses.length === 0) return undefined;
      const owner = owners[labelOf(hostname)];
      if (owner === undefined || owner === chaddr) return undefined;
      return { refuse: true, reason: `${hostname} is the name of ${owner}` };
    },
  },
});
