import type { Ipv4 } from "../../../net/ipv4.ts";
import type { LeaseTime, OptionSet } from "../../model/common.ts";
import type { BootFields } from "../../model/dhcp4.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../../options/values.ts";
import type { ConfigFile, LeaseConfigFile, OptionsFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { DEFAULTS_OF_ALL, type InheritedByAll, inheritByAll, type PlaceOfAll } from "../inheritance.ts";
import { DEFAULT_LEASE_TIME, readLeaseTime } from "../lease-time.ts";
import { readBoot } from "./reservations.ts";

/** What one place of the file hands down to the places inside it. */
export interface Inherited extends InheritedByAll {
  readonly leaseTime: LeaseTime;
  readonly boot: BootFields;
  /** Options below the top level; those of the top level are looked up last, by the engine. */
  readonly options: OptionSet;
  readonly excludeFirstLast24: boolean;
  readonly serverId: Ipv4 | undefined;
}

const DEFAULTS: Inherited = {
  ...DEFAULTS_OF_ALL,
  leaseTime: DEFAULT_LEASE_TIME,
  boot: { nextServer: 0, serverName: new Uint8Array(0), fileName: new Uint8Array(0) },
  options: NO_OPTIONS,
  excludeFirstLast24: false,
  serverId: undefined,
};

interface Place extends PlaceOfAll {
  readonly config?: LeaseConfigFile | undefined;
  readonly options?: OptionsFile | undefined;
  readonly exclude_first_last_24?: boolean | undefined;
  readonly server_id?: Ipv4 | undefined;
  readonly next_server?: Ipv4 | undefined;
  readonly server_name?: Uint8Array | undefined;
  readonly file_name?: Uint8Array | undefined;
}

export function topLevel(file: ConfigFile, dictionary: OptionDictionary, report: Report): Inherited {
  const own = inherit(file, DEFAULTS, [], dictionary, report);
  // From here on it makes a difference whether a place sets next_server itself: settings of classes
  // come before those of the top level.
  const boot = (file.client_classes?.v4 ?? []).length === 0 ? own.boot : { ...own.boot, nextServerIsOwn: false };
  return { ...own, boot, options: NO_OPTIONS };
}

export function inherit(place: Place, outer: Inherited, path: Path, dictionary: OptionDictionary, report: Report): Inherited {
  return {
    ...inheritByAll(place, outer),
    leaseTime: readLeaseTime(place.config, outer.leaseTime, [...path, "config"], report),
    boot: readBoot(place, outer.boot),
    // The top level's own options are read once, where Config.options is made.
    options:
      path.length === 0 ? outer.options : mergeOptions(outer.options, readOptions(place.options, [...path, "options"], dictionary, report)),
    excludeFirstLast24: place.exclude_first_last_24 ?? outer.excludeFirstLast24,
    serverId: place.server_id ?? outer.serverId,
  };
}
