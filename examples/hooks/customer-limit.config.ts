import { readFileSync } from "node:fs";
import { defineConfig } from "leasehold/config";

/*
 * A customer may have so many leases at one time, with any of their devices, as a file beside this one
 * tells. The hook says whose a device is; how many leases a customer has is counted by the server, so
 * that it is right after a restart, too. Devices of nobody get no address.
 */

interface Customer {
  readonly leases: number;
  readonly devices: readonly string[];
}

const customers: Readonly<Record<string, Customer>> = JSON.parse(readFileSync(new URL("customers.json", import.meta.url), "utf8"));
const names = Object.keys(customers);
const classOf = (customer: string): string => `customer-${customer}`;
const customerOf = new Map(names.flatMap((name) => (customers[name]?.devices ?? []).map((device) => [device, name] as const)));

export default defineConfig({
  client_classes: { v4: [...names.map((name) => ({ name: classOf(name) })), { name: "of-a-customer" }] },
  // All leases of the class are counted under one value.
  limits: names.map((name) => ({ key: `'${name}'`, class: classOf(name), max: customers[name]?.leases ?? 0 })),
  networks: {
    "192.168.5.0/24": {
      options: { routers: "192.168.5.1" },
      ranges: [{ range: "192.168.5.100-192.168.5.199", class: "of-a-customer" }],
    },
  },
  hooks: {
    onFailure: "drop",
    budget: 500,
    message({ chaddr = "" }) {
      const customer = customerOf.get(chaddr);
      return customer === undefined ? undefined : { classes: [classOf(customer), "of-a-customer"] };
    },
  },
});
