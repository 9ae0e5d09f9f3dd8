import type { Health } from "../../server/health.ts";
import type { ServiceStatus, Status } from "../../server/operations.ts";
import type { Usage } from "../../server/usage.ts";
import { tableOf } from "../table.ts";
import { formatSpan } from "../time.ts";
import { formatCount, share, type UsageRow, usageRows } from "../usage/rows.ts";
import { linesOfNames } from "./names.ts";

/** Networks that are named one by one. */
const MOST_NETWORKS = 10;

/**
 * How a server is, for people: what is wrong first. `usage`: undefined: the server did not say.
 */
export function linesOfStatus(status: Status, usage: Usage | undefined): readonly string[] {
  const { version, uptime, health, configuration, store, dhcp6, events, names, ...dhcp4 } = status;
  return [
    `leasehold ${version}, up for ${formatSpan(uptime)}: ${wordOf(health)}`,
    ...linesOfHealth(health),
    ...linesOfConfiguration(configuration),
    ...(usage === undefined ? [] : linesOfUsage(usage)),
    `leases: ${store}; ${dhcp4.leases.known} known`,
    statesOf(dhcp4),
    ...linesOf("", dhcp4),
    ...linesOfEvents(events),
    ...(dhcp6 === undefined ? [] : [`DHCPv6 leases: ${dhcp6.leases.known} known`, statesOf(dhcp6), ...linesOf("DHCPv6 ", dhcp6)]),
    ...linesOfNames(names),
  ];
}

/** As it is said of a server. */
function wordOf({ state }: Health): string {
  return state === "ok" ? "healthy" : state;
}

function linesOfHealth({ reasons, seconds = [] }: Health): readonly string[] {
  if (reasons.length === 0) return [];
  return [
    ...reasons.map((reason, i) => {
      const lasting = seconds[i];
      return lasting === undefined ? `  ${reason}` : `  ${reason} (for ${formatSpan(lasting)})`;
    }),
    "  what each means: docs/reference/health.md; what the server did about it: its log",
  ];
}

function linesOfConfiguration({ file, loaded, hash, failed, added }: Status["configuration"]): readonly string[] {
  return [
    `configuration: ${file}, read at ${loaded}`,
    `  SHA-256 ${hash}`,
    ...(failed === 0 ? [] : [`  could not be read again ${failed} ${failed === 1 ? "time" : "times"}: the log says why`]),
    ...(added === 0
      ? []
      : [`  and ${added} ${added === 1 ? "reservation that was" : "reservations that were"} added while the server ran`]),
  ];
}

/** Networks and pools of prefixes, the fullest first. */
function linesOfUsage(usage: Usage): readonly string[] {
  const rows = usageRows(usage, "network").filter(({ capacity }) => capacity > 0);
  if (rows.length === 0) return [];
  const taken = ({ capacity, free, remembered }: UsageRow): number => (capacity - free - remembered) / capacity;
  const shown = rows.toSorted((a, b) => taken(b) - taken(a)).slice(0, MOST_NETWORKS);
  const texts = shown.map(({ name, used, capacity }) => [
    name.trim(),
    formatCount(used),
    `of ${formatCount(capacity)} used`,
    share(used, capacity),
  ]);
  const columns = [{ name: "" }, { name: "", align: "right" as const }, { name: "" }, { name: "", align: "right" as const }];
  const [, ...table] = tableOf(columns, texts, undefined);
  return [
    rows.length === 1 ? "network:" : "networks, the fullest first:",
    ...table.map((line) => `  ${line}`),
    ...(rows.length > shown.length ? [`  and ${rows.length - shown.length} more: \`leasehold usage\``] : []),
  ];
}

function statesOf({ leases: { bound, released, expired, declined } }: ServiceStatus): string {
  return `  ${bound} bound, ${released} released, ${expired} expired, ${declined} declined`;
}

/** Counters that are no plain words, as docs/reference/metrics.md calls them. */
const COUNTERS: Readonly<Record<string, string>> = {
  "lost before receipt": "kernel drops",
  bound: "lease changes: bound",
  renewed: "lease changes: renewed",
  released: "lease changes: released",
  declined: "lease changes: declined",
  conflicts: "probe conflicts",
  probesSkipped: "probes skipped",
  hookCalls: "hook calls",
  hookFailures: "hook problems: failed",
  hookTimeouts: "hook problems: timeout",
  hooksSkipped: "hook problems: skipped",
  hookUnknownClasses: "hook problems: unknown-class",
  hookEventsLost: "hook problems: event-lost",
  hookRestarts: "hook restarts",
  commitsFailed: "commit failures",
};

function linesOf(prefix: string, { interfaces, others = [], counters }: ServiceStatus): readonly string[] {
  return [
    `${prefix}interfaces: ${interfaces.map(({ name, address }) => `${name} (${address})`).join(", ") || "none"}`,
    ...(others.length === 0 ? [] : [`${prefix}other servers:`]),
    ...others.map(
      ({ server, hardwareAddress, interface: at, last, what, count }) =>
        `  ${server}${hardwareAddress === undefined ? "" : ` (${hardwareAddress})`} on ${at}, noticed ${count === 1 ? "once" : `${count} times`}, last at ${last}: ${what}`,
    ),
    `${prefix}counters:`,
    ...Object.entries(counters).map(([name, count]) => `  ${COUNTERS[name] ?? name}: ${count}`),
  ];
}

function linesOfEvents(events: Status["events"]): readonly string[] {
  if (events === undefined) return [];
  return [
    "events:",
    ...events.sinks.map(
      ({ name, delivered, queued, retries, lost, failed, problem }) =>
        `  ${name}: ${delivered} told, ${queued} wait` +
        `${retries === 0 ? "" : `, tried again ${retries} times`}${lost === 0 ? "" : `, ${lost} lost`}${failed === 0 ? "" : `, failed ${failed} times`}` +
        `${problem === undefined ? "" : `; it can't be told: ${problem}`}`,
    ),
  ];
}
