import type { Config } from "../config/model/config.ts";

/* What of another configuration a server can't take over while it runs, one sentence each. */

/** What of the new configuration has to wait for the next start. */
export function unchangeable(before: Config, after: Config): readonly string[] {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const found: string[] = [];
  if (!same(before.store, after.store)) found.push("`store` has changed: leases stay where they are until the server is restarted");
  if (!same(before.user, after.user)) found.push("`user` has changed: the server stays who it is until it is restarted");
  if (before.log.format !== after.log.format) found.push("`format` of `log` has changed: that takes effect when the server is restarted");
  return found;
}

/** Which protocols would have to be begun or given up: that waits for the next start, too. */
export function unstartable(serves4: boolean, serves6: boolean, asked: Config): readonly string[] {
  const found: string[] = [];
  if (!serves4 && asked.networks.length > 0) found.push("there are IPv4 networks now: they are served when the server is restarted");
  if (!serves6 && asked.dhcp6 !== undefined) found.push("`v6` is new: DHCPv6 is served when the server is restarted");
  if (serves6 && asked.dhcp6 === undefined) found.push("`v6` is gone: DHCPv6 is served as before until the server is restarted");
  return found;
}

/** Whether there is anything to serve by DHCPv4. */
export function servesDhcp4({ networks, dhcp6 }: Config): boolean {
  return networks.length > 0 || dhcp6 === undefined;
}
