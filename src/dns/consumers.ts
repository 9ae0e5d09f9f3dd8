import { resolve } from "node:path";
import type { NameChanges, NameReader } from "./claim.ts";
import { createHostsFile, type HostsFile } from "./hosts-file.ts";
import type { FromNamesThread, NamesSpec } from "./messages.ts";
import { type NamesFile, openNamesDatabase } from "./names-file.ts";
import { type FindNetwork, findNetworkIn } from "./places.ts";
import { createResponder, type Responder } from "./responder/responder.ts";
import type { NamesStatus } from "./status.ts";
import { createPublished } from "./updates/published.ts";
import { createUpdater, type Updater } from "./updates/updater.ts";

/* Those who see to it that names resolve, as the configuration asks for them. */

const NO_DDNS = "names are told to no DNS server: the configuration has no `ddns`";

export interface Consumers {
  /**
   * All leases have been read, and this is the configuration from now on; what it no longer asks
   * for ends.
   */
  configure(spec: NamesSpec): void;
  /** To be told in the turn in which names have changed. */
  changed(changes: NameChanges): void;
  status(): Pick<NamesStatus, "hosts" | "responder" | "updates">;
  /** Rejects with what is to be said to whoever asked. */
  pending(limit: number): Promise<unknown>;
  sync(repair: boolean): Promise<unknown>;
  close(): Promise<void>;
}

export interface ConsumersParts {
  /** The lease database. */
  readonly database: string;
  readonly names: NameReader;
  readonly serials: NamesFile["serials"];
  readonly log: (level: Extract<FromNamesThread, { kind: "log" }>["level"], text: string) => void;
}

/** Throws where the file of what is published can't be opened. */
export function createConsumers({ database, names, serials, log }: ConsumersParts): Consumers {
  let hosts: HostsFile | undefined;
  let hostsBefore = "";
  let responder: Responder | undefined;
  let networkOf: FindNetwork = () => undefined;
  /** Whether other servers are told of names. */
  let tells = false;
  const db = openNamesDatabase(`${database}-names`);
  // There without `ddns` too: what was published under it may have to be removed.
  const updater: Updater = createUpdater({
    spec: undefined,
    names,
    published: createPublished(db),
    log,
    isServed: (address) => networkOf(address) !== undefined,
  });
  /** What has to end before the thread does. */
  const ending = new Set<Promise<void>>();

  function end(one: { close(): Promise<void> } | undefined): Promise<void> {
    if (one === undefined) return Promise.resolve();
    const ended = one.close().finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  }

  function configureHosts({ dns }: NamesSpec): void {
    const spec = dns?.hostsFile === undefined ? undefined : { path: resolve(dns.hostsFile), command: dns.command, zones: dns.zones };
    const text = JSON.stringify(spec) ?? "";
    if (text === hostsBefore) return;
    hostsBefore = text;
    const after = end(hosts);
    hosts = spec && createHostsFile({ spec, names, tell: log, after });
  }

  function configureResponder({ dns }: NamesSpec): void {
    if (dns === undefined || dns.listen.length === 0) {
      void end(responder);
      responder = undefined;
    } else if (responder === undefined) {
      responder = createResponder({ spec: dns, names, serials, log, now: () => Date.now() / 1000 });
    } else void responder.configure(dns);
  }

  return {
    configure(spec) {
      networkOf = findNetworkIn(spec.networks);
      tells = spec.ddns !== undefined;
      configureHosts(spec);
      configureResponder(spec);
      updater.configure(spec.ddns);
    },
    changed(changes) {
      hosts?.changed(changes);
      responder?.changed(changes);
      updater.touched(changes);
    },
    status: () => ({
      ...(hosts && { hosts: hosts.status() }),
      ...(responder && { responder: responder.status() }),
      ...(tells && { updates: updater.status() }),
    }),
    pending: async (limit) => {
      if (!tells) throw new Error(NO_DDNS);
      return updater.pending(limit);
    },
    sync: async (repair) => {
      if (!tells) throw new Error(NO_DDNS);
      return updater.sync({ repair });
    },
    async close() {
      void end(hosts);
      void end(responder);
      await updater.close();
      db.close();
      await Promise.all(ending);
    },
  };
}
