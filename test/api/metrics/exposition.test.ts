import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { createExposition } from "../../../src/api/metrics/exposition.ts";
import { createCounters } from "../../../src/dns/responder/counters.ts";
import type { NamesStatus } from "../../../src/dns/status.ts";
import { noResults } from "../../../src/dns/updates/result.ts";
import { observe } from "../../../src/server/measures.ts";
import { type Metrics, type MetricsParts, publishMetrics } from "../../../src/server/metrics/publish.ts";
import { familiesOf, measured, samplesOf } from "../../support/metrics.ts";
import { findProgram, requirePrograms } from "../../support/requirement.ts";

const KINDS4 = new Map([
  [1, "DISCOVER"],
  [5, "ACK"],
  [0, "BOOTP"],
]);
const KINDS6 = new Map([
  [1, "SOLICIT"],
  [10, "RECONFIGURE"],
]);

/** A server that has counted something of everything, and stopped. */
function published(): Metrics {
  const dhcp4 = measured(KINDS4, (counters) => {
    counters.received[1] = 7;
    counters.received[99] = 2;
    counters.received[0] = 1;
    counters.sent[5] = 4;
    counters.silent["no-address-free"] = 3;
    counters.silent.flood = 6;
    counters.dropped.undecodable = 8;
    counters.bound = 11;
    counters.hookTimeouts = 15;
    counters.probes = 12;
    counters.conflicts = 13;
    const { measures } = counters;
    measures.unwritten[5] = 14;
    measures.bytesReceived = 1500;
    measures.repliesWaiting = 2;
    for (const time of [0.02, 3, 3, 20_000]) observe(measures.response, time);
    for (const size of [1, 3]) observe(measures.batch, size);
  });
  const dhcp6 = measured(KINDS6, (counters) => {
    counters.received[1] = 21;
    counters.sent[10] = 22;
    counters.silent.flood = 1;
  });
  const metrics = publishMetrics({
    version: "1.2.3",
    protocols: [
      ["dhcp4", dhcp4],
      ["dhcp6", dhcp6],
    ],
    healthy: () => false,
    health: () => "failed",
    configuration: () => ({ loaded: "2026-01-01T00:00:00Z", hash: "ab", failed: 3 }),
    events: () => ({ sinks: [1, 2].map((queued) => ({ name: "", queued, delivered: 0, retries: 0, lost: 5, failed: 0 })) }),
    names: () => NAMES,
  });
  metrics.close();
  return metrics;
}

const NAMES: NamesStatus = {
  names: 40,
  conflicts: 2,
  ready: true,
  updates: { pending: 5, sending: 1, conflicts: 3, dropped: 6, results: { ...noResults(), ok: 30, timeout: 4 }, servers: [] },
  responder: {
    listening: [],
    problems: [],
    zones: [],
    secondaries: [],
    connections: 0,
    counters: { ...createCounters(), answers: { NOERROR: 70, YXDOMAIN: 1, NOTZONE: 2 }, limited: 8, transfers: 9 },
  },
};

async function textOf(metrics: Metrics): Promise<string> {
  const exposition = createExposition(
    () => metrics.block,
    () => Promise.resolve({ database: 4096, wal: 0 }),
  );
  assert.equal(exposition.contentType, "text/plain; version=0.0.4; charset=utf-8");
  return (await exposition.text()) as string;
}

describe("what Prometheus is told", () => {
  const cases: [sample: string, value: number][] = [
    ['leasehold_info{version="1.2.3",configuration="ab"}', 1],
    ["leasehold_store_healthy", 0],
    ['leasehold_health{state="failed"}', 1],
    ['leasehold_health{state="ok"}', 0],
    ["leasehold_configuration_timestamp_seconds", 1767225600],
    ["leasehold_reload_failures_total", 3],
    ["leasehold_event_queue_length", 3],
    ["leasehold_events_lost_total", 10],
    ["leasehold_names", 40],
    ["leasehold_name_conflicts", 2],
    ["leasehold_dns_updates_pending", 5],
    ["leasehold_dns_conflicts", 3],
    ["leasehold_dns_updates_dropped_total", 6],
    ['leasehold_dns_updates_total{result="ok"}', 30],
    ['leasehold_dns_updates_total{result="timeout"}', 4],
    ['leasehold_dns_updates_total{result="badkey"}', 0],
    ['leasehold_dns_answers_total{rcode="NOERROR"}', 70],
    ['leasehold_dns_answers_total{rcode="other"}', 3],
    ['leasehold_dns_unanswered_total{reason="limited"}', 8],
    ["leasehold_dns_transfers_total", 9],
    ['leasehold_received_messages_total{protocol="dhcp4",type="discover"}', 7],
    ['leasehold_received_messages_total{protocol="dhcp4",type="bootp"}', 1],
    ['leasehold_received_messages_total{protocol="dhcp4",type="unknown"}', 2],
    ['leasehold_received_messages_total{protocol="dhcp6",type="solicit"}', 21],
    ['leasehold_sent_messages_total{protocol="dhcp4",type="ack"}', 4],
    ['leasehold_silent_total{protocol="dhcp4",reason="no-address-free"}', 3],
    ['leasehold_silent_total{protocol="dhcp6",reason="no-address-free"}', 0],
    ['leasehold_dropped_total{protocol="dhcp4",reason="undecodable"}', 8],
    ['leasehold_not_sent_total{protocol="dhcp4",reason="no-route"}', 2],
    ['leasehold_kernel_drops_total{protocol="dhcp4"}', 5],
    ['leasehold_received_bytes_total{protocol="dhcp4"}', 1500],
    ['leasehold_lease_changes_total{protocol="dhcp4",change="bound"}', 11],
    ['leasehold_unwritten_renewals_total{protocol="dhcp4"}', 14],
    ['leasehold_hook_problems_total{protocol="dhcp4",problem="timeout"}', 15],
    ['leasehold_leases{protocol="dhcp4"}', 7],
    ['leasehold_other_servers{protocol="dhcp4"}', 1],
    ['leasehold_store_bytes{file="database"}', 4096],
    ['leasehold_response_seconds_bucket{protocol="dhcp4",le="0.00001"}', 0],
    ['leasehold_response_seconds_bucket{protocol="dhcp4",le="0.000025"}', 1],
    ['leasehold_response_seconds_bucket{protocol="dhcp4",le="0.005"}', 3],
    ['leasehold_response_seconds_bucket{protocol="dhcp4",le="10"}', 3],
    ['leasehold_response_seconds_bucket{protocol="dhcp4",le="+Inf"}', 4],
    ['leasehold_response_seconds_count{protocol="dhcp4"}', 4],
    ['leasehold_response_seconds_sum{protocol="dhcp4"}', 20.00602],
    ['leasehold_commit_batch_size_bucket{protocol="dhcp4",le="2"}', 1],
    ['leasehold_commit_batch_size_sum{protocol="dhcp4"}', 4],
    ['recv_type_counts{message_type="discover"}', 7],
    ['recv_type_counts{message_type="unknown"}', 3],
    ['recv_type_counts{message_type="offer"}', 0],
    ['sent_type_counts{message_type="ack"}', 4],
    ['v6_recv_type_counts{v6_message_type="solicit"}', 21],
    ['v6_sent_type_counts{v6_message_type="reconf"}', 22],
    ["dhcpv4_bytes_recv", 1500],
    ["dhcpv6_bytes_recv", 0],
    ["icmpv4_request_count", 12],
    ["icmpv4_reply_count", 13],
    ["renew_cache_hit_count", 14],
    ["flood_threshold_count", 7],
    ["in_flight", 2],
    ["total_available_addrs", 10],
    ...Object.entries({ bound: 3, held: 1, declined: 1, remembered: 2, unused: 3 }).map(([state, value]): [string, number] => [
      `leasehold_range_addresses{protocol="dhcp4",network="10.0.0.0/24",range="10.0.0.1-10.0.0.10",state="${state}"}`,
      value,
    ]),
    ['leasehold_range_capacity{protocol="dhcp4",network="10.0.0.0/24",range="10.0.0.1-10.0.0.10"}', 10],
    ...Object.entries({ bound: 4, held: 1, declined: 1, remembered: 3, unused: 3 }).map(([state, value]): [string, number] => [
      `leasehold_network_addresses{protocol="dhcp6",network="10.0.0.0/24",state="${state}"}`,
      value,
    ]),
    ['leasehold_network_capacity{protocol="dhcp4",network="10.0.0.0/24"}', 10],
  ];
  test("is what was counted and measured", async () => {
    const samples = samplesOf(await textOf(published()));
    // A sum of times is no exact number.
    const found = cases.map(([sample]) => [sample, Math.round((samples.get(sample) ?? Number.NaN) * 1e6) / 1e6]);
    assert.deepEqual(found, cases);
    for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "leasehold_packet_thread_cpu_seconds_total"]) {
      assert.ok((samples.get(name) as number) > 0, name);
    }
  });

  test("has each family once, and no line twice", async () => {
    const text = await textOf(published());
    const families = familiesOf(text);
    assert.equal(new Set(families).size, families.length);
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    assert.equal(samplesOf(text).size, lines.length);
  });

  test("satisfies promtool, but for names that are dora's", async (t) => {
    if (!requirePrograms(t, "promtool")) return;
    const { stdout, stderr, status } = spawnSync(findProgram("promtool") as string, ["check", "metrics"], {
      input: await textOf(published()),
      encoding: "utf8",
    });
    // 3: there is advice about style; 1: it can't be parsed.
    assert.equal(status, 3, stderr);
    const others = `${stdout}${stderr}`
      .split("\n")
      .filter(
        (line) =>
          line !== "" &&
          !/^(dhcpv[46]_|icmpv[46]_|(v6_)?(recv|sent)_type_counts |renew_cache_hit_count |flood_threshold_count )/.test(line),
      );
    assert.deepEqual(others, []);
  });
});

/** What a server of these protocols publishes, of which nothing else is of interest. */
function publishOf(protocols: MetricsParts["protocols"]): Metrics {
  return publishMetrics({
    version: "",
    protocols,
    healthy: () => true,
    health: () => "ok",
    configuration: () => ({ loaded: "2026-01-01T00:00:00Z", hash: "", failed: 0 }),
    events: () => ({ sinks: [] }),
    names: () => undefined,
  });
}

test("names of networks are escaped", async () => {
  const strange = { ...measured(new Map()), addresses: { networks: ['a"\\\n'], pools: [], counts: [1, 0, 0, 0, 0, 0, 0, 0] } };
  const metrics = publishOf([["dhcp4", strange]]);
  metrics.close();
  const samples = samplesOf(await textOf(metrics));
  assert.equal(samples.get('leasehold_network_addresses{protocol="dhcp4",network="a\\"\\\\\\n",state="bound"}'), 1);
});

test("of names nothing is said where the configuration does not speak of them", async () => {
  const metrics = publishOf([]);
  metrics.close();
  const told = [...samplesOf(await textOf(metrics)).keys()].filter((sample) => /^leasehold_(names?|dns)_?/.test(sample));
  assert.deepEqual(told, []);
});

test("pools of prefixes are ranges, and not among the addresses of their network", async () => {
  const pools = [
    { name: "2001:db8::1-2001:db8::a", network: 0, capacity: 10 },
    { name: "2001:db8:4000::/46 /56", network: 0, capacity: 1024, prefixes: true as const },
  ];
  // Of each pool, and then outside of them: bound, held, declined, remembered.
  const counts = [3, 0, 0, 0, 1000, 0, 0, 4, 1, 0, 0, 0];
  const metrics = publishOf([["dhcp6", { ...measured(new Map()), addresses: { networks: ["2001:db8::/64"], pools, counts } }]]);
  metrics.close();
  const samples = samplesOf(await textOf(metrics));
  const labels = 'protocol="dhcp6",network="2001:db8::/64"';
  const found = [
    `range_addresses{${labels},range="2001:db8:4000::/46 /56",state="bound"}`,
    `range_addresses{${labels},range="2001:db8:4000::/46 /56",state="unused"}`,
    `range_capacity{${labels},range="2001:db8:4000::/46 /56"}`,
    `network_addresses{${labels},state="bound"}`,
    `network_addresses{${labels},state="unused"}`,
    `network_capacity{${labels}}`,
  ].map((sample) => samples.get(`leasehold_${sample}`));
  assert.deepEqual(found, [1000, 20, 1024, 4, 7, 10]);
});
