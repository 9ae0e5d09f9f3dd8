/** What a load run says: while it goes on, at its end, and as JSON. */
import { styleText } from "node:util";
import { grouped } from "../grouped.ts";
import type { Histogram } from "./histogram.ts";
import type { Counts, Load } from "./load.ts";
import type { Words } from "./messages.ts";
import type { Progress, RunResult } from "./run.ts";

const PERCENTILES = { p50: 0.5, p90: 0.9, p99: 0.99, "p99.9": 0.999 } as const;

export interface Latency {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly "p99.9": number;
  readonly max: number;
}

/**
 * The figures of a run, also its JSON form. Latencies in milliseconds. The names are those of
 * DHCPv4; of DHCPv6 they tell what takes their place.
 */
export interface BenchReport {
  readonly title: string;
  readonly seconds: number;
  /** Exchanges started and completed while it was measured, and completed ones per second. */
  readonly started: number;
  readonly completed: number;
  readonly rate: number;
  /** Exchanges begun per second. */
  readonly startRate: number;
  /** Rate at which they were to begin; null in the closed loop. */
  readonly offeredRate: number | null;
  readonly window: number | null;
  readonly lost: number;
  /** Lost share of the exchanges that were started, 0 to 1. */
  readonly loss: number;
  readonly lostDiscovers: number;
  readonly lostRequests: number;
  readonly naks: number;
  readonly duplicates: number;
  readonly wrong: number;
  readonly unexpected: number;
  readonly notSent: number;
  readonly droppedOnReceipt: number;
  readonly clientsRanOut: boolean;
  readonly latency: { readonly discoverToOffer: Latency; readonly requestToAck: Latency; readonly wholeExchange: Latency };
}

export interface ReportInput {
  readonly title: string;
  readonly rate: number | undefined;
  readonly window: number;
  readonly notSent: number;
  readonly droppedOnReceipt: number;
}

export function makeReport<A>(input: ReportInput, result: RunResult, load: Load<A>): BenchReport {
  const { counts } = load;
  const lost = counts.lostOffers + counts.lostLeases;
  return {
    title: input.title,
    seconds: round(result.seconds, 3),
    started: result.started,
    completed: result.completed,
    rate: round(result.seconds > 0 ? result.completed / result.seconds : 0, 1),
    startRate: round(result.startRate, 1),
    offeredRate: input.rate ?? null,
    window: input.rate === undefined ? input.window : null,
    lost,
    loss: counts.started === 0 ? 0 : lost / counts.started,
    lostDiscovers: counts.lostOffers,
    lostRequests: counts.lostLeases,
    naks: counts.refusals,
    duplicates: counts.duplicates,
    wrong: counts.wrong,
    unexpected: counts.unexpected,
    notSent: input.notSent,
    droppedOnReceipt: input.droppedOnReceipt,
    clientsRanOut: result.ranOut,
    latency: {
      discoverToOffer: latencyOf(load.offers),
      requestToAck: latencyOf(load.leases),
      wholeExchange: latencyOf(load.wholeExchange),
    },
  };
}

function latencyOf(histogram: Histogram): Latency {
  const at = (share: number): number => round(histogram.percentile(share) / 1000, 3);
  return {
    count: histogram.count,
    mean: round(histogram.mean / 1000, 3),
    p50: at(PERCENTILES.p50),
    p90: at(PERCENTILES.p90),
    p99: at(PERCENTILES.p99),
    "p99.9": at(PERCENTILES["p99.9"]),
    max: round(histogram.max / 1000, 3),
  };
}

/** The report for a terminal: several lines. */
export function formatReport(report: BenchReport, words: Words): string {
  const lines = [
    row("exchanges", `${grouped(report.completed)} in ${report.seconds.toFixed(1)} s`, bold(`${grouped(report.rate)}/s`)),
    row("lost", `${grouped(report.lost)} of ${grouped(report.started)}`, problem(report.lost > 0, `${(report.loss * 100).toFixed(2)} %`)),
    row("refused", `${grouped(report.naks)} ${words.refusals}`, ""),
  ];
  if (report.duplicates > 0)
    lines.push(row("ERROR", problem(true, `${grouped(report.duplicates)} addresses bound to two clients at once`), ""));
  if (report.wrong > 0) lines.push(row("ERROR", problem(true, `${grouped(report.wrong)} answers that do not fit their request`), ""));
  if (report.unexpected > 0) lines.push(row("unexpected", `${grouped(report.unexpected)} answers that came too late or twice`, ""));
  if (report.notSent > 0) lines.push(row("not sent", `${grouped(report.notSent)} datagrams refused by this machine's kernel`, ""));
  if (report.droppedOnReceipt > 0)
    lines.push(row("dropped", `${grouped(report.droppedOnReceipt)} answers, because this program was too slow`, ""));
  lines.push("", dim(columns(["latency, ms", "p50", "p90", "p99", "p99.9", "max", "mean"])));
  for (const [name, latency] of [
    [words.offer, report.latency.discoverToOffer],
    [report.latency.discoverToOffer.count === 0 ? words.renewal : words.lease, report.latency.requestToAck],
    ["whole exchange", report.latency.wholeExchange],
  ] as const) {
    if (latency.count === 0) continue;
    const values = [latency.p50, latency.p90, latency.p99, latency["p99.9"], latency.max, latency.mean];
    lines.push(columns([name, ...values.map((value) => value.toFixed(value < 10 ? 3 : 1))]));
  }
  if (report.offeredRate !== null && report.startRate < report.offeredRate * 0.99 && !report.clientsRanOut) {
    lines.push("", `This machine could only start ${grouped(report.startRate)} of the ${grouped(report.offeredRate)} exchanges a second.`);
  }
  if (report.clientsRanOut) lines.push("", "It ended early because every client had its lease: raise --clients for a longer run.");
  return lines.join("\n");
}

const STAGES = { prepare: "binding clients", "warm-up": "warming up", measure: "measuring", drain: "waiting for the last" } as const;

/** One line on how it goes. */
export function formatProgress(progress: Progress, counts: Counts, exchange: Histogram, words: Words): string {
  const lost = counts.lostOffers + counts.lostLeases;
  const milliseconds = (share: number): string => (exchange.percentile(share) / 1000).toFixed(2);
  return [
    `${STAGES[progress.stage].padEnd(15)} ${progress.elapsed.toFixed(0).padStart(3)} s`,
    `${grouped(progress.rate).padStart(8)}/s`,
    `lost ${grouped(lost)}`,
    `${words.refusals} ${grouped(counts.refusals)}`,
    `p50 ${milliseconds(0.5)} ms`,
    `p99 ${milliseconds(0.99)} ms`,
  ].join("   ");
}

function row(name: string, value: string, remark: string): string {
  return `  ${name.padEnd(12)}${remark === "" ? value : value.padEnd(26)}${remark}`;
}

function columns(cells: readonly string[]): string {
  return `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(18) : cell.padStart(9))).join("")}`;
}

function problem(isProblem: boolean, text: string): string {
  return isProblem ? styleText("red", text) : text;
}

function bold(text: string): string {
  return styleText("bold", text);
}

function dim(text: string): string {
  return styleText("dim", text);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
