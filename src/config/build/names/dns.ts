import { formatEndpoint } from "../../../net/address.ts";
import type { DnsEndpoint, DnsSpec } from "../../model/names.ts";
import type { ConfigFile } from "../../schema/config.ts";
import type { Report } from "../../text/problems.ts";
import { refuseTwice } from "../common.ts";

type DnsFile = NonNullable<ConfigFile["dns"]>;

const DEFAULT_TTL = 60;
/** What only an answer to a question has. */
const OF_ANSWERS = ["zones", "ttl", "secondaries"] as const;

/**
 * Names without another server, but for the zones. `written` are all keys of it, the refused ones
 * too.
 */
export function buildDns(file: DnsFile, written: ReadonlySet<string>, report: Report): Omit<DnsSpec, "zones"> {
  const { listen = [], secondaries = [], ttl = DEFAULT_TTL, hosts_file, command = [] } = file;
  const listeners: readonly DnsEndpoint[] = Array.isArray(listen) ? listen : [listen as DnsEndpoint];
  const answers = listeners.length > 0 || (written.has("listen") && file.listen === undefined);
  if (!answers && !written.has("hosts_file"))
    report.keyError(
      ["dns"],
      "dns says neither where questions are answered nor which file is written",
      "add listen: ADDRESS, or hosts_file: /srv/leasehold/hosts",
    );
  else if (!answers)
    for (const key of OF_ANSWERS)
      if (written.has(key)) report.keyError(["dns", key], `"${key}" has no effect without listen`, "add listen: ADDRESS, or remove it");
  if (written.has("command") && !written.has("hosts_file"))
    report.keyError(
      ["dns", "command"],
      "command is run when the hosts file has changed, and there is none",
      "add hosts_file: /srv/leasehold/hosts",
    );
  if (Array.isArray(listen)) refuseTwice(listeners.map(formatEndpoint), ["dns", "listen"], report);
  refuseTwice(secondaries.map(formatEndpoint), ["dns", "secondaries"], report);
  refuseTwice(file.zones ?? [], ["dns", "zones"], report);
  return { listen: listeners, ttl, secondaries, hostsFile: hosts_file, command };
}
