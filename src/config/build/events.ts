import { type EventSink, type HistorySpec, nameOfSink } from "../model/events.ts";
import type { ConfigFile } from "../schema/config.ts";
import type { Report } from "../text/problems.ts";

const DEFAULT_QUEUE = 1_000_000;
const DEFAULT_RETRY = 60;

/** Who is told of events, and for how long they are kept; keys that are not there are left out. */
export function buildEvents(file: ConfigFile, report: Report): { readonly events?: readonly EventSink[]; readonly history?: HistorySpec } {
  const { events, history } = file;
  if (file.store?.memory !== undefined) {
    const hint = "keep leases in a database: store: {sqlite: {path: leases.db}}";
    if (events !== undefined) report.keyError(["events"], "events are written beside the leases, and these are in memory only", hint);
    if (history !== undefined) report.keyError(["history"], "history is written beside the leases, and these are in memory only", hint);
  }
  const sinks = (events ?? []).map(sinkOf);
  sinks.forEach((sink, i) => {
    const same = sinks.findIndex((other) => nameOfSink(other) === nameOfSink(sink));
    if (same < i) report.error(["events", i], "the same receiver is named twice", `put its kinds into events[${same}]`, ["events", same]);
  });
  return { ...(sinks.length === 0 ? {} : { events: sinks }), ...(history === undefined ? {} : { history }) };
}

type SinkFile = NonNullable<ConfigFile["events"]>[number];

function sinkOf({ file, socket, webhook, run, kinds, queue = DEFAULT_QUEUE }: SinkFile): EventSink {
  const common = { kinds, queue };
  if (file !== undefined) return { kind: "file", path: file, ...common };
  if (socket !== undefined) return { kind: "socket", listen: socket, ...common };
  if (webhook !== undefined) {
    const { url, secret, retry = DEFAULT_RETRY } = webhook;
    return { kind: "webhook", url, secret, retry, ...common };
  }
  return { kind: "run", command: run ?? [], ...common };
}
