import type { OptionSet } from "../../model/common.ts";
import type { Lifetimes } from "../../model/dhcp6.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../../options/values.ts";
import type { ConfigFile, Dhcp6File, LifetimesFile, OptionsFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { DEFAULTS_OF_ALL, type InheritedByAll, inheritByAll, type PlaceOfAll } from "../inheritance.ts";
import { DEFAULT_LEASE_TIME, timesOver } from "../lease-time.ts";
import { lifetimesOf, readLifetimes } from "./lifetimes.ts";

/** What one place of the section `v6` hands down to the places inside it. */
export interface Inherited extends InheritedByAll {
  readonly leaseTime: Lifetimes;
  readonly rapidCommit: boolean;
  /** Options below the section; those of the section are looked up last, by the engine. */
  readonly options: OptionSet;
}

interface Place extends PlaceOfAll {
  readonly config?: LifetimesFile | undefined;
  readonly options?: OptionsFile | undefined;
  readonly rapid_commit?: boolean | undefined;
}

/**
 * What the section says, over what of the top level networks of both protocols inherit. Whether
 * that fits together as DHCPv4 has been told there.
 */
export function ofSection(file: ConfigFile, section: Dhcp6File, report: Report): Inherited {
  const leaseTime = lifetimesOf(file.config === undefined ? DEFAULT_LEASE_TIME : timesOver(file.config, DEFAULT_LEASE_TIME));
  const top = { ...inheritByAll(file, DEFAULTS_OF_ALL), leaseTime, rapidCommit: false, options: NO_OPTIONS };
  return {
    ...inheritByAll(section, top),
    leaseTime: readLifetimes(section.config, leaseTime, ["v6", "config"], report),
    rapidCommit: section.rapid_commit ?? false,
    options: NO_OPTIONS,
  };
}

export function inherit(place: Place, outer: Inherited, path: Path, dictionary: OptionDictionary, report: Report): Inherited {
  return {
    ...inheritByAll(place, outer),
    leaseTime: readLifetimes(place.config, outer.leaseTime, [...path, "config"], report),
    rapidCommit: place.rapid_commit ?? outer.rapidCommit,
    options: mergeOptions(outer.options, readOptions(place.options, [...path, "options"], dictionary, report)),
  };
}
