import assert from "node:assert/strict";
import { test } from "node:test";
import type { BenchReport } from "../../../../src/cli/bench/report.ts";
import { formatIpv6 } from "../../../../src/net/ipv6.ts";
import { MessageType } from "../../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../../src/wire/dhcp6/option-code.ts";
import { hasOption } from "../../../../src/wire/dhcp6/options.ts";
import { startResponder } from "../../../support/dhcp6-responder.ts";
import { runLeasehold } from "../../../support/run-leasehold.ts";

const SHORT = ["--seconds", "0.5", "--warmup", "0.1", "--json"];

test("bench -6: leases of addresses and prefixes through a relay, as JSON", async () => {
  await using responder = await startResponder();
  const { status, stdout } = await runLeasehold("bench", "-6", "--pd", "--server", `[::1]:${responder.port}`, "--window", "4", ...SHORT);
  const report = JSON.parse(stdout) as BenchReport;
  assert.deepEqual(
    [status, report.title, report.lost, report.naks, report.duplicates, report.wrong],
    [0, `new leases from [::1]:${responder.port}, 4 outstanding`, 0, 0, 0, 0],
  );
  assert.ok(report.completed > 10, `${report.completed} exchanges`);
  assert.ok(
    responder.received.every(
      ({ relays, options }) => formatIpv6(relays[0]?.linkAddress as Uint8Array) === "::1" && hasOption(options, OptionCode.iaPd),
    ),
  );
});

test("bench -6 renew: clients are bound first, then renew at the rate asked for", async () => {
  await using responder = await startResponder();
  const { status, stdout } = await runLeasehold(
    ...[
      "bench",
      "renew",
      "-6",
      "--relay",
      "2001:db8::1",
      "--server",
      `[::1]:${responder.port}`,
      "--clients",
      "20",
      "--rate",
      "200",
      ...SHORT,
    ],
  );
  const report = JSON.parse(stdout) as BenchReport;
  assert.deepEqual([status, report.offeredRate, report.lost, report.naks, report.latency.discoverToOffer.count], [0, 200, 0, 0, 0]);
  assert.ok(report.completed >= 60 && report.completed <= 110, `${report.completed} renewals in half a second`);
  assert.equal(responder.received.filter(({ type }) => type === MessageType.SOLICIT).length, 20);
  assert.ok(
    responder.received.every(
      ({ relays, options }) => formatIpv6(relays[0]?.linkAddress as Uint8Array) === "2001:db8::1" && !hasOption(options, OptionCode.iaPd),
    ),
  );
});

test("bench -6: the report for people has the names of DHCPv6", async () => {
  await using responder = await startResponder();
  const { status, stdout } = await runLeasehold(
    ...["bench", "-6", "--server", `[::1]:${responder.port}`, "--clients", "50", "--warmup", "0", "--seconds", "20"],
  );
  assert.equal(status, 0);
  assert.match(stdout, /^ {2}exchanges {3}50 in [\d.]+ s +[\d,]+\/s\n {2}lost +0 of 50 +0\.00 %\n {2}refused +0 refusals\n/);
  const renewed = await runLeasehold(
    ...["bench", "renew", "-6", "--server", `[::1]:${responder.port}`, "--clients", "5", "--warmup", "0", "--seconds", "0.2"],
  );
  assert.match(renewed.stdout, /mean\n {2}RENEW to REPLY +[\d.]+ .*\n {2}whole exchange /);
  assert.match(stdout, /\n {2}SOLICIT to ADVERTISE +[\d.]+ .*\n {2}REQUEST to REPLY +[\d.]+ .*\n {2}whole exchange /);
});

test("bench -6: no answer ends with status 1 and says what to check; a wrong command line with 2", async () => {
  await using responder = await startResponder(() => undefined);
  const silent = await runLeasehold("bench", "-6", "--server", `[::1]:${responder.port}`, ...SHORT);
  assert.equal(silent.status, 1);
  assert.match(silent.stderr, /leaves many messages unanswered: does a server listen there, .*relay's link-address ::1, /);
  const table: readonly [args: string[], said: RegExp][] = [
    [["--pd"], /--pd: is for DHCPv6: add -6/],
    [["-6", "--server", "127.0.0.1:67"], /--server 127\.0\.0\.1:67: write an IPv6 address/],
    [["-6", "--interface", "lo", "--relay", "::1"], /either as clients or as a relay/],
  ];
  await Promise.all(
    table.map(async ([args, said]) => {
      const { status, stderr, stdout } = await runLeasehold("bench", ...args);
      assert.deepEqual([status, stdout], [2, ""], args.join(" "));
      assert.match(stderr, said);
    }),
  );
});
