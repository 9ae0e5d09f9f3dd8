import { readFileSync } from "node:fs";
import { defineConfig } from "leasehold/config";

/*
 * Clients are put into classes by who made their network card, which a file beside this one tells. It
 * is read when the configuration is: `leasehold reload` reads it again.
 *
 *     leasehold serve -c vendor-by-oui.config.ts
 */

const lines = readFileSync(new URL("oui.txt", import.meta.url), "utf8").split("\n");
const vendors = new Map(
  lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(" ") as [oui: string, vendor: string]),
);

export default defineConfig({
  client_classes: {
    // Without `assert`: only the hook puts clients into them.
    v4: [
      { name: "qemu", options: { ntp_servers: "192.168.5.2" } },
      { name: "raspberry-pi", options: { tftp_server_name: "boot.example" } },
    ],
  },
  networks: {
    "192.168.5.0/24": {
      options: { routers: "192.168.5.1" },
      ranges: [
        { range: "192.168.5.10-192.168.5.99", class: "qemu" },
        { range: "192.168.5.100-192.168.5.199", deny_class: "qemu" },
      ],
    },
  },
  hooks: {
    // Which addresses a client may have depends on the answer: it is worth a wait.
    budget: 500,
    message({ chaddr }) {
      const vendor = chaddr && vendors.get(chaddr.slice(0, "xx:xx:xx".length));
      // The file may know more vendors than there are classes.
      return vendor === "qemu" || vendor === "raspberry-pi" ? { classes: [vendor] } : undefined;
    },
  },
});
