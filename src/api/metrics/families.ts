import { HEALTH_STATES } from "../../server/health.ts";
import { byLabel, type Family, histogram, ofNames, ofNamesBy, ofProtocols, ofServer } from "./family.ts";

/** Milliseconds in a second. */
const TIME = 1000;

/** What the server counts and measures, under names as Prometheus recommends them. */
export const FAMILIES: readonly Family[] = [
  {
    name: "leasehold_info",
    type: "gauge",
    help: "Always 1: the version of the server, and the hash of the configuration that it serves by",
    labels: ["version", "configuration"],
    read: ({ description: { version, configuration } }) => [{ labels: { version, configuration }, value: 1 }],
  },
  ofServer("gauge", "leasehold_uptime_seconds", "Time since the server was started", ({ server }) => server("uptime")),
  ofServer(
    "gauge",
    "leasehold_published_timestamp_seconds",
    "When the thread that serves packets wrote these numbers, which it does once a second",
    ({ server }) => server("published"),
  ),
  ofServer("gauge", "leasehold_configuration_timestamp_seconds", "When the configuration that is served by was read", ({ server }) =>
    server("loaded"),
  ),
  ofServer(
    "counter",
    "leasehold_reload_failures_total",
    "Reloads that changed nothing, for the configuration could not be used",
    ({ server }) => server("reloadsFailed"),
  ),
  ofServer("gauge", "leasehold_store_healthy", "1: leases can be made durable; 0: commits fail, and no lease is given", ({ server }) =>
    server("healthy"),
  ),
  {
    name: "leasehold_health",
    type: "gauge",
    help: "1 for the state that /health tells of, 0 for the others",
    labels: ["state"],
    read: ({ server }) => HEALTH_STATES.map((state, i) => ({ labels: { state }, value: Number(server("health") === i) })),
  },
  byLabel("leasehold_received_messages_total", "Messages received, by type", "type", ({ received }) => lowered(received)),
  byLabel("leasehold_sent_messages_total", "Messages sent, by type, when the system has taken them", "type", ({ sent }) => lowered(sent)),
  byLabel(
    "leasehold_silent_total",
    "Messages left without an answer by a decision, by reason; docs/how-to/troubleshooting.md says of each what to do",
    "reason",
    ({ silent }) => silent,
  ),
  byLabel(
    "leasehold_dropped_total",
    "Messages that no decision was made or came true about, by reason",
    "reason",
    ({ dropped }) => dropped,
  ),
  byLabel("leasehold_not_sent_total", "Answers that the system did not take, by reason", "reason", ({ notSent }) => notSent),
  ofProtocols(
    "counter",
    "leasehold_kernel_drops_total",
    "Datagrams lost before the server could read them: the receive buffer was full, or a checksum was wrong",
    (one) => one.number("receiveDropped"),
  ),
  ofProtocols("counter", "leasehold_received_bytes_total", "UDP payload received", (one) => one.number("bytesReceived")),
  ofProtocols("counter", "leasehold_sent_bytes_total", "UDP payload of answers", (one) => one.number("bytesSent")),
  ofProtocols(
    "counter",
    "leasehold_noted_total",
    "Messages that changed something and have no answer, such as a RELEASE of DHCPv4",
    (one) => one.number("noted"),
  ),
  byLabel(
    "leasehold_lease_changes_total",
    "Leases given anew (bound), given more time (renewed), given back (released), run out (expired), and addresses found in use (declined)",
    "change",
    (one) => new Map((["bound", "renewed", "released", "declined", "expired"] as const).map((name) => [name, one.number(name)])),
  ),
  ofProtocols(
    "counter",
    "leasehold_unwritten_renewals_total",
    "Renewals answered without writing the lease anew (cache_threshold)",
    renewedUnwritten,
  ),
  ofProtocols("gauge", "leasehold_leases", "Leases in memory, in whatever state", (one) => one.number("leases")),
  ofProtocols("counter", "leasehold_probes_total", "Probes for whether an address is in use that were started", (one) =>
    one.number("probes"),
  ),
  ofProtocols("counter", "leasehold_probe_conflicts_total", "Probes that somebody answered: the address is in use", (one) =>
    one.number("conflicts"),
  ),
  ofProtocols(
    "counter",
    "leasehold_probes_skipped_total",
    "Offers made without the probe that was configured, for none could be made",
    (one) => one.number("probesSkipped"),
  ),
  ofProtocols("counter", "leasehold_commits_total", "Batches of changes that became durable", (one) => one.number("commits")),
  ofProtocols("counter", "leasehold_commit_failures_total", "Batches of changes that could not be made durable, and were undone", (one) =>
    one.number("commitsFailed"),
  ),
  ofProtocols("gauge", "leasehold_commits_under_way", "Batches that are being made durable", (one) => one.number("commitsUnderWay")),
  ofProtocols("gauge", "leasehold_replies_waiting", "Answers that wait for their change to be durable", (one) =>
    one.number("repliesWaiting"),
  ),
  ofProtocols("counter", "leasehold_hook_calls_total", "Times that a hook of the configuration was asked", (one) =>
    one.number("hookCalls"),
  ),
  byLabel(
    "leasehold_hook_problems_total",
    "Hooks that threw (failed), took longer than their budget (timeout), were not asked for too many waited (skipped), or named a class that can't be given (unknown-class); changes of leases that no hook was told of (event-lost)",
    "problem",
    (one) =>
      new Map([
        ["failed", one.number("hookFailures")],
        ["timeout", one.number("hookTimeouts")],
        ["skipped", one.number("hooksSkipped")],
        ["unknown-class", one.number("hookUnknownClasses")],
        ["event-lost", one.number("hookEventsLost")],
      ]),
  ),
  ofProtocols(
    "gauge",
    "leasehold_hook_restarts",
    "How often the thread of the hooks was started again; it is one for all protocols",
    (one) => one.number("hookRestarts"),
  ),
  histogram("leasehold_commit_batch_size", "Changes in a batch", "batch", 1),
  histogram("leasehold_decision_seconds", "Time to read a message, decide about it and write its answer", "decision", TIME),
  histogram("leasehold_commit_seconds", "Time until a batch was durable", "commit", TIME),
  histogram("leasehold_response_seconds", "Time from when a message was received until its answer was sent", "response", TIME),
  ofProtocols("gauge", "leasehold_other_servers", "Other DHCP servers heard lately on the links that are served", (one) =>
    one.number("otherServers"),
  ),
  ofServer(
    "gauge",
    "leasehold_event_queue_length",
    "Events of leases that wait to be told to files, sockets, webhooks and programs",
    ({ server }) => server("eventQueue"),
  ),
  ofServer(
    "counter",
    "leasehold_events_lost_total",
    "Events that were given up, for whoever was to be told did not keep up",
    ({ server }) => server("eventsLost"),
  ),
  ofNames("gauge", "leasehold_names", "Names of leases and reservations that somebody has", (one) => one.number("names")),
  ofNames("gauge", "leasehold_name_conflicts", "Hosts that go without the name that they claim, for another one has it", (one) =>
    one.number("conflicts"),
  ),
  ofNames("gauge", "leasehold_dns_updates_pending", "Names and addresses that a DNS server is still to be told of", (one) =>
    one.number("pending"),
  ),
  ofNames("gauge", "leasehold_dns_conflicts", "Names and addresses of which somebody else has the place in the DNS", (one) =>
    one.number("refusedPlaces"),
  ),
  ofNames("counter", "leasehold_dns_updates_dropped_total", "Updates that there was no room for, and that are found again later", (one) =>
    one.number("dropped"),
  ),
  ofNamesBy(
    "leasehold_dns_updates_total",
    "Updates of DNS servers, each time that one was tried, by result",
    "result",
    (one) => one.updates,
  ),
  ofNamesBy("leasehold_dns_answers_total", "Answers to DNS questions, by result", "rcode", (one) => one.answers),
  ofNamesBy(
    "leasehold_dns_unanswered_total",
    "DNS messages that were not answered as they asked: too large (truncated), beyond the limit and told to come by TCP (slipped) or told nothing (limited), no question (malformed, responses), not taken by the system (unsent), connections beyond the limit (refusedConnections)",
    "reason",
    (one) => one.unanswered,
  ),
  ofNames("counter", "leasehold_dns_transfers_total", "Zones that were sent to secondaries as a whole", (one) => one.transfers),
  {
    name: "leasehold_store_bytes",
    type: "gauge",
    help: "Size of the lease database, and of its write-ahead log",
    labels: ["file"],
    read: (_, store) => Object.entries(store).map(([file, value]) => ({ labels: { file }, value })),
  },
  ofServer("counter", "process_cpu_seconds_total", "Processor time of the whole process, all threads", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }),
  ofServer("counter", "leasehold_packet_thread_cpu_seconds_total", "Processor time of the thread that serves packets", ({ server }) =>
    server("mainThreadCpu"),
  ),
  ofServer("gauge", "leasehold_packet_thread_heap_bytes", "Memory of JavaScript objects of the thread that serves packets", ({ server }) =>
    server("mainThreadHeap"),
  ),
  {
    name: "leasehold_packet_thread_delay_seconds",
    type: "gauge",
    help: "How late the thread that serves packets came to its work in the last second: mean, 99th percentile, longest",
    labels: ["statistic"],
    read: ({ server }) =>
      (
        [
          ["mean", "delayMean"],
          ["p99", "delayP99"],
          ["max", "delayMax"],
        ] as const
      ).map(([statistic, name]) => ({ labels: { statistic }, value: server(name) })),
  },
];

/** Answers by which clients keep what they have: ACK, REPLY. */
function renewedUnwritten({ unwritten }: { readonly unwritten: ReadonlyMap<string, number> }): number {
  return (unwritten.get("ACK") ?? 0) + (unwritten.get("REPLY") ?? 0);
}

function lowered(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counts].map(([name, count]) => [name.toLowerCase(), count]));
}
