import type { DdnsServer, DdnsSpec, TsigKey } from "../../model/names.ts";
import type { ConfigFile } from "../../schema/config.ts";
import { readDomainName } from "../../schema/domain.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { fewSuggestions } from "../../text/suggest.ts";

type DdnsFile = NonNullable<ConfigFile["ddns"]>;

const KEYS: Path = ["ddns", "tsig_keys"];

/**
 * The DNS servers that are told of names; undefined: there are none. `written` are the names of all
 * keys of the file, those too that were refused.
 */
export function buildDdns(file: DdnsFile, written: ReadonlySet<string>, report: Report): DdnsSpec | undefined {
  const keys = readKeys(file.tsig_keys ?? {}, report);
  const used = new Set<string>();
  const suggest = fewSuggestions();
  const serversOf = (which: "forward" | "reverse"): readonly DdnsServer[] =>
    (file[which] ?? []).map(({ name, ip, key }, i) => {
      const known = key === undefined ? undefined : keys.get(normal(key));
      if (key !== undefined && known === undefined && !written.has(key)) {
        const hint = suggest(key, written) ?? "add it to tsig_keys: {NAME: {algorithm: hmac-sha256, data: SECRET}}";
        report.error(["ddns", which, i, "key"], `there is no key "${key}" in tsig_keys`, hint);
      }
      if (key !== undefined) used.add(normal(key));
      return { zone: name === "*" ? undefined : name, ...ip, key: known };
    });
  const forward = serversOf("forward");
  const reverse = serversOf("reverse");
  for (const name of Object.keys(file.tsig_keys ?? {}))
    if (keys.has(normal(name)) && !used.has(normal(name)))
      report.warn([...KEYS, name], `no server uses the key "${name}"`, "name it as key: of an entry, or remove it");
  if (forward.length === 0 && reverse.length === 0) return undefined;
  return { forward, reverse, ttl: file.ttl, conflict: file.conflict ?? "check-dhcid" };
}

/** By their names; those with problems are left out. */
function readKeys(files: NonNullable<DdnsFile["tsig_keys"]>, report: Report): ReadonlyMap<string, TsigKey> {
  const keys = new Map<string, TsigKey>();
  const first = new Map<string, string>();
  for (const [written, { algorithm, data }] of Object.entries(files)) {
    const name = readDomainName(written) ?? "";
    if (name === "")
      report.keyError([...KEYS, written], `"${written}" can't be the name of a key`, "name it like a host: leasehold.example.org");
    else if (keys.has(name)) {
      const other = [...KEYS, first.get(name) ?? ""];
      report.keyError([...KEYS, written], `the key "${written}" is there twice`, "keep one of the two", other);
    } else {
      keys.set(name, { name, algorithm, secret: data });
      first.set(name, written);
    }
  }
  return keys;
}

/** Names of keys are names of the DNS: capitals and the dot at the end make no difference. */
function normal(name: string): string {
  return readDomainName(name) ?? name;
}
