import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { printConfig } from "../../src/config/print.ts";
import { load } from "./load.ts";

const NETWORK =
  "networks: {10.0.0.0/24: {options: {routers: {value: null}, dns_servers: {value: null}}, ranges: [{range: 10.0.0.1-10.0.0.4}]}}\n";

test("every receiver is read, with its defaults, and printed as it is read back", () => {
  const config = load(
    `${NETWORK}events: [{file: a.jsonl}, {socket: /run/e.sock, kinds: [bound, reservation]}, {socket: "[::1]:4010"}, {webhook: {url: "https://x.org/a", secret: abcdefgh, retry: 5m}, queue: 10}, {run: [/bin/true, -x]}]
history: {keep: 90d}
`,
  );
  const all = { kinds: undefined, queue: 1_000_000 };
  assert.deepEqual(config.events, [
    { kind: "file", path: "a.jsonl", ...all },
    { kind: "socket", listen: { path: "/run/e.sock" }, ...all, kinds: ["bound", "reservation"] },
    { kind: "socket", listen: { host: "::1", port: 4010 }, ...all },
    { kind: "webhook", url: "https://x.org/a", secret: "abcdefgh", retry: 300, ...all, queue: 10 },
    { kind: "run", command: ["/bin/true", "-x"], ...all },
  ]);
  assert.deepEqual(config.history, { keep: 90 * 86_400 });
  const again = load(printConfig(config));
  assert.deepEqual([again.events, again.history], [config.events, config.history]);
});

const REFUSED: readonly [text: string, says: RegExp][] = [
  ["events: [{}]", /name exactly one receiver/],
  ["events: [{file: a, run: [b]}]", /name exactly one receiver/],
  ["events: [{file: a}, {file: a}]", /the same receiver is named twice/],
  ["events: [{file: a, kinds: [bond]}]", /one of bound, renewed/],
  ["events: [{file: a, kinds: []}]", /nothing would be told/],
  ["events: [{file: a, queue: 0}]", /a number of events, at least 1/],
  ['events: [{socket: "0.0.0.0:4010"}]', /not an address of this machine alone/],
  ["events: [{socket: here}]", /expected the path of a socket/],
  ['events: [{webhook: {url: "ftp://x"}}]', /expected a URL/],
  ['events: [{webhook: {url: "https://a:b@x.org/"}}]', /can't have a name and a password/],
  ['events: [{webhook: {url: "https://x.org/", secret: short}}]', /at least 8 characters/],
  ["events: [{run: []}]", /name a program/],
  ["history: {keep: 0}", /longer than 0 seconds/],
  ["store: {memory: {}}\nevents: [{file: a}]", /events are written beside the leases/],
  ["store: {memory: {}}\nhistory: {keep: 1d}", /history is written beside the leases/],
];
for (const [text, says] of REFUSED) {
  test(`${text.replaceAll("\n", " ")} is refused`, () => {
    const loaded = loadConfig(`${NETWORK}${text}\n`, "test.yaml");
    assert.equal(loaded.ok, false);
    const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
    assert.match(errors.map(({ message }) => message).join("\n"), says);
  });
}
