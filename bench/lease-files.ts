import { closeSync, openSync, writeSync } from "node:fs";

/*
 * Lease files of other servers as these write them. Every lease is bound, of a client of its own,
 * and ends at `expiry`, in seconds since 1970.
 */

/** What the files are called where each server keeps them, and what writes one entry of each. */
export const LEASE_FILES = [
  { name: "dnsmasq.leases", header: "", entry: dnsmasqLine },
  { name: "dhcpd.leases", header: "authoring-byte-order little-endian;\n\n", entry: dhcpdLease },
  { name: "dhcpd6.leases", header: "authoring-byte-order little-endian;\n\n", entry: dhcpdAssociation },
  {
    name: "kea-leases4.csv",
    header: "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n",
    entry: keaLine4,
  },
  {
    name: "kea-leases6.csv",
    header:
      "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n",
    entry: keaLine6,
  },
] as const;

type LeaseFile = (typeof LEASE_FILES)[number];

const LIFETIME = 86_400;

export function writeLeaseFile(path: string, { header, entry }: LeaseFile, count: number, expiry: number): void {
  const file = openSync(path, "w");
  try {
    writeSync(file, header);
    for (let first = 0; first < count; first += 10_000) {
      let text = "";
      for (let i = first; i < Math.min(count, first + 10_000); i++) text += entry(i, expiry);
      writeSync(file, text);
    }
  } finally {
    closeSync(file);
  }
}

function dnsmasqLine(i: number, expiry: number): string {
  return `${expiry} ${mac(i)} ${address4(i)} host-${i} 01:${mac(i)}\n`;
}

function dhcpdLease(i: number, expiry: number): string {
  const start = dateOf(expiry - LIFETIME);
  const identifier = bytes(0x020000000000 + i, 6).map((byte) => `\\${byte.toString(8).padStart(3, "0")}`);
  return `lease ${address4(i)} {
  starts ${start};
  ends ${dateOf(expiry)};
  cltt ${start};
  binding state active;
  next binding state free;
  rewind binding state free;
  hardware ethernet ${mac(i)};
  uid "\\001${identifier.join("")}";
  set vendor-class-identifier = "MSFT 5.0";
  client-hostname "host-${i}";
}
`;
}

function dhcpdAssociation(i: number, expiry: number): string {
  const octal = (number: number): string => `\\${number.toString(8).padStart(3, "0")}`;
  const duid = [0, 3, 0, 1, ...bytes(0x020000000000 + i, 6)].map(octal).join("");
  return `ia-na "${bytes(1, 4).reverse().map(octal).join("")}${duid}" {
  cltt ${dateOf(expiry - LIFETIME)};
  iaaddr ${address6(i)} {
    binding state active;
    preferred-life 54000;
    max-life ${LIFETIME};
    ends ${dateOf(expiry)};
  }
}

`;
}

function keaLine4(i: number, expiry: number): string {
  return `${address4(i)},${mac(i)},01:${mac(i)},${LIFETIME},${expiry},1,0,0,host-${i},0,,0\n`;
}

function keaLine6(i: number, expiry: number): string {
  return `${address6(i)},00:03:00:01:${mac(i)},${LIFETIME},${expiry},1,54000,0,1,128,0,0,host-${i},${mac(i)},0,,1,0,0\n`;
}

function bytes(number: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor(number / 256 ** (size - 1 - i)) % 256);
}

function mac(i: number): string {
  return bytes(0x020000000000 + i, 6)
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join(":");
}

/** From 10.0.0.0 on. */
function address4(i: number): string {
  return bytes(0x0a000000 + i, 4).join(".");
}

/** From 2001:db8:: on. */
function address6(i: number): string {
  return `2001:db8::${(i >>> 16).toString(16)}:${(i & 0xffff).toString(16)}`;
}

/** A time as dhcpd writes it: `W YYYY/MM/DD HH:MM:SS` in UTC. */
function dateOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${date.getUTCDay()} ${date.toISOString().slice(0, 19).replace("T", " ").replaceAll("-", "/")}`;
}
