import type { HooksSpec, StoreSpec } from "../model/common.ts";
import type { Config } from "../model/config.ts";
import { readDefinitions } from "../options/definitions.ts";
import type { ConfigFile } from "../schema/config.ts";
import type { Report } from "../text/problems.ts";
import { buildApi } from "./api.ts";
import type { Common } from "./common.ts";
import { readDhcp4 } from "./dhcp4/section.ts";
import { readDhcp6 } from "./dhcp6/section.ts";
import { buildEvents } from "./events.ts";
import { splitLeasequery } from "./leasequery.ts";
import { limitsOf, readLimits } from "./limits.ts";
import { type WrittenNames, withNames } from "./names/names.ts";
import { splitReservations } from "./reservations.ts";
import { readSharedNetworks } from "./shared-networks.ts";

const DEFAULT_OFFER_HOLD = 30;
const DEFAULT_AFFINITY = 86_400;

/** Keys in a file, the refused ones too. */
export interface WrittenKeys extends WrittenNames {
  /** Those of networks. */
  readonly dhcp4: ReadonlySet<string>;
  readonly dhcp6: ReadonlySet<string>;
}

/**
 * Makes the model of a file whose values were read one by one, and reports every contradiction
 * between them. `hooks`: what of it is functions. The result is of use only if no error was
 * reported.
 */
export function buildModel(file: ConfigFile, written: WrittenKeys, hooks: HooksSpec | undefined, report: Report): Config {
  const { defined, dictionaries } = readDefinitions(file.option_definitions, file.v6 === undefined ? 1 : 2, report);
  const flood = file.flood_protection_threshold;
  const common: Common = {
    file,
    report,
    givesClasses: hooks?.message === true,
    shared: readSharedNetworks(file, report),
    reservations: splitReservations(file.reservations, file.v6 !== undefined, report),
    ofBoth: {
      offerHold: file.offer_hold ?? DEFAULT_OFFER_HOLD,
      affinity: file.affinity ?? DEFAULT_AFFINITY,
      cacheThreshold: file.cache_threshold ?? 0,
      ...(flood === undefined ? {} : { floodProtection: { packets: flood.packets, seconds: flood.secs } }),
    },
  };
  const dhcp4 = readDhcp4(common, dictionaries.dhcp4, written.dhcp4);
  const dhcp6 = file.v6 && readDhcp6(common, file.v6, dictionaries.dhcp6, written.dhcp6);
  if (dhcp6 === undefined) refuseDhcp6Parts(common);
  const [limits = [], limits6 = []] = limitsOf(file.limits, dhcp6 === undefined ? [dhcp4.classes] : [dhcp4.classes, dhcp6.classes]);
  const leasequery = splitLeasequery(file, report);
  const config: Config = {
    ...dhcp4.finish(readLimits(limits, "", dhcp4.classes, ["limits"], report)),
    ...(defined.length === 0 ? {} : { optionDefinitions: defined }),
    ...common.ofBoth,
    ...(leasequery.dhcp4 === undefined ? {} : { leasequery: leasequery.dhcp4 }),
    ...(dhcp6 === undefined
      ? {}
      : {
          dhcp6: {
            ...dhcp6.finish(readLimits(limits6, "", dhcp6.classes, ["limits"], report)),
            ...common.ofBoth,
            ...(leasequery.dhcp6 === undefined ? {} : { leasequery: leasequery.dhcp6 }),
          },
        }),
    ...buildEvents(file, report),
    ...(hooks === undefined ? {} : { hooks }),
    store: buildStore(file.store),
    ...(file.user === undefined ? {} : { user: file.user }),
    log: { level: file.log?.level ?? "info", format: file.log?.format ?? "pretty" },
    ...(file.api === undefined ? {} : { api: buildApi(file.api, report) }),
  };
  return withNames(config, file, written, report);
}

const ADD_SECTION = "add the section v6: it says that DHCPv6 is served";

/** Without the section `v6` nothing of DHCPv6 has an effect. */
function refuseDhcp6Parts({ file, shared, report }: Common): void {
  for (const { path, name } of shared.dhcp6)
    report.keyError(path, `the shared network "${name}" is of DHCPv6, which is not served`, ADD_SECTION);
  if (file.client_classes?.v6 !== undefined)
    report.keyError(["client_classes", "v6"], "there are classes of DHCPv6, which is not served", ADD_SECTION);
  for (const [i, one] of (file.leasequery?.requesters ?? []).entries())
    if (one instanceof Uint8Array)
      report.error(["leasequery", "requesters", i], "an IPv6 address asks by DHCPv6, which is not served", ADD_SECTION);
}

function buildStore(store: ConfigFile["store"]): StoreSpec {
  return store?.memory === undefined ? { kind: "sqlite", path: store?.sqlite?.path } : { kind: "memory" };
}
