import { DHCPD } from "./dhcpd/format.ts";
import { DNSMASQ } from "./dnsmasq/format.ts";
import { KEA } from "./kea/format.ts";
import type { Files, Translation, Translator } from "./translation.ts";

/** A format of another server. */
export interface Format {
  /** What `--from` calls it. */
  readonly name: string;
  /** The name of the server, for people. */
  readonly title: string;
  /** Whether the file is likely to be of this format, by its name and its text. */
  readonly isLikely: (name: string, text: string) => boolean;
  readonly translate: Translator;
  /** Several files that say together what one of Leasehold says; undefined: there are no such. */
  readonly translateTogether?: (texts: readonly { readonly text: string; readonly name: string }[], files: Files) => Translation;
}

/** Every format that can be translated; the first that finds a file likely gets it. */
export const FORMATS: readonly Format[] = [KEA, DHCPD, DNSMASQ];

/** A file of Leasehold's own: by its name, or by a key of the top level that no other has so. */
const MODULE = /\.m?[jt]s$/i;
const YAML = /\.ya?ml$/i;
const OWN_TEXT = /^(networks|shared_networks|client_classes|interfaces|config|options|reservations|v6)[ \t]*:/m;

/** The format of another server that a file is likely of; undefined for one of Leasehold's own. */
export function guessFormat(name: string, text: string): Format | undefined {
  if (MODULE.test(name)) return undefined;
  // A name that ends so tells nothing of another server.
  const likelyName = YAML.test(name) ? "" : name;
  const format = FORMATS.find(({ isLikely }) => isLikely(likelyName, text));
  return format !== undefined && OWN_TEXT.test(text) ? undefined : format;
}

/** Whether a file is likely to be a configuration of Leasehold, by its name and its text. */
export function isLikelyOwn(name: string, text: string): boolean {
  return MODULE.test(name) || YAML.test(name) || OWN_TEXT.test(text) || (/^\s*\{/.test(text) && /"(networks|v6)"\s*:/.test(text));
}
