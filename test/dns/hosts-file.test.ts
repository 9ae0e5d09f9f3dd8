import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createHostsFile, type HostsFile } from "../../src/dns/hosts-file.ts";
import { hostsText } from "../../src/dns/hosts-lines.ts";
import { until } from "../store/support.ts";
import { freePort } from "../support/bind.ts";
import { dig } from "../support/dig.ts";
import { createRandom } from "../support/random.ts";
import { findProgram, requirePrograms } from "../support/requirement.ts";
import { claim, type NameTable, nameTable, reservation } from "./name-table.ts";

const HEADER = "# Written by Leasehold, and written anew when names change: whatever else stands here is lost.\n";

async function textOf(table: NameTable): Promise<string> {
  let text = "";
  for await (const piece of hostsText([...table.names()].flatMap((name) => table.byName(name)))) text += piece;
  return text;
}

describe("the text of a hosts file", () => {
  test("is a line for each address, in their order, with a short name where only one begins so", async () => {
    const table = nameTable(
      claim("laptop.lan", "2001:db8::9"),
      claim("laptop.lan", "192.168.5.10"),
      claim("phone.lan", "192.168.5.9"),
      claim("desk.floor1.lan", "10.0.0.2"),
      claim("desk.floor2.lan", "10.0.0.10"),
      reservation("single", "10.0.0.3"),
      claim("single.lan", "10.0.0.4"),
      claim("localhost.lan", "10.0.0.5"),
    );
    assert.equal(
      await textOf(table),
      `${HEADER}${[
        "10.0.0.2\tdesk.floor1.lan",
        "10.0.0.3\tsingle",
        "10.0.0.4\tsingle.lan",
        "10.0.0.5\tlocalhost.lan",
        "10.0.0.10\tdesk.floor2.lan",
        "192.168.5.9\tphone.lan phone",
        "192.168.5.10\tlaptop.lan laptop",
        "2001:db8::9\tlaptop.lan laptop",
        "",
      ].join("\n")}`,
    );
  });

  test("without names is what it begins with", async () => assert.equal(await textOf(nameTable()), HEADER));

  test("of many names is in order, whatever order they come in", async () => {
    const random = createRandom(7);
    const claims = Array.from({ length: 20_000 }, (_, i) => claim(`h${i}.lan`, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`));
    const shuffled = claims.map((one) => [random.next(), one] as const).sort(([a], [b]) => a - b);
    const text = await textOf(nameTable(...shuffled.map(([, one]) => one)));
    assert.equal(text, HEADER + claims.map(({ addressText, name }) => `${addressText}\t${name} ${name.slice(0, -4)}\n`).join(""));
  });
});

interface Kept {
  readonly file: HostsFile;
  readonly path: string;
  readonly folder: string;
  readonly told: readonly string[];
}

function keep(t: TestContext, table: NameTable, command: readonly string[] = [], more: { path?: string; patience?: number } = {}): Kept {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-hosts-"));
  const path = join(folder, more.path ?? "hosts");
  const told: string[] = [];
  const file = createHostsFile({
    spec: { path, command: command.map((part) => part.replaceAll("FOLDER", folder)), zones: ["lan"] },
    names: table,
    tell: (level, text) => told.push(`${level} ${text.replaceAll(folder, "FOLDER")}`),
    againAfter: 100,
    ...(more.patience !== undefined && { patience: more.patience }),
  });
  t.after(async () => {
    await file.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { file, path, folder, told };
}

const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
const lines = (text: string): string => `${HEADER}${text}`;

describe("a hosts file", () => {
  test("follows the names, for everybody to read, and leaves nothing beside it", async (t) => {
    const table = nameTable(claim("a.lan", "10.0.0.1"));
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    const { file, path, folder, told } = keep(t, table);
    await until(() => read(path) === lines("10.0.0.1\ta.lan a\n"));
    assert.equal(statSync(path).mode & 0o777, 0o644);
    file.changed(table.put(claim("b.lan", "10.0.0.1")));
    file.changed(table.put(claim("c.lan", "10.0.0.2")));
    await until(() => read(path) === lines("10.0.0.1\tb.lan b\n10.0.0.2\tc.lan c\n"));
    file.changed(table.remove("10.0.0.1", "10.0.0.2"));
    await until(() => read(path) === HEADER && file.status().written === 3);
    assert.deepEqual(readdirSync(folder), ["hosts"]);
    assert.deepEqual(file.status(), { path, written: 3, failed: 0, problem: undefined, runs: 0, failedRuns: 0, runProblem: undefined });
    assert.deepEqual(told, []);
  });

  test("is left alone when it is as it should be", async (t) => {
    const table = nameTable(claim("a.lan", "10.0.0.1"));
    const first = keep(t, table, ["/bin/sh", "-c", "echo run >> FOLDER/runs"]);
    await until(() => read(join(first.folder, "runs")) === "run\n");
    const { ino } = statSync(first.path);
    first.file.changed({ names: new Set(["a.lan"]), addresses: new Set(["10.0.0.1"]) });
    first.file.changed(table.put(claim("a.lan", "10.0.0.1")));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(statSync(first.path).ino, ino);
    assert.equal(read(join(first.folder, "runs")), "run\n");
    assert.equal(first.file.status().written, 1);
    await first.file.close();
    // Once at the beginning: whoever was killed may not have come to it.
    const told: string[] = [];
    const again = createHostsFile({
      spec: { path: first.path, command: ["/bin/sh", "-c", `echo again >> ${first.folder}/runs`], zones: ["lan"] },
      names: table,
      tell: (_level, text) => told.push(text),
    });
    t.after(() => again.close());
    await until(() => read(join(first.folder, "runs")) === "run\nagain\n");
    assert.equal(statSync(first.path).ino, ino);
    assert.deepEqual(told, []);
  });

  test("is whole and as it was while it can't be written, which is told once, and is written later", async (t) => {
    const table = nameTable(claim("a.lan", "10.0.0.1"));
    const { file, path, folder, told } = keep(t, table, [], { path: "etc/hosts" });
    await until(() => file.status().failed > 1);
    assert.match(file.status().problem ?? "", /ENOENT/);
    mkdirSync(join(folder, "etc"));
    await until(() => read(path) === lines("10.0.0.1\ta.lan a\n"));
    // It is no folder any more, and then it is again.
    renameSync(join(folder, "etc"), join(folder, "away"));
    writeFileSync(join(folder, "etc"), "");
    file.changed(table.put(claim("b.lan", "10.0.0.2")));
    await until(() => file.status().problem?.includes("ENOTDIR") === true);
    assert.equal(read(join(folder, "away/hosts")), lines("10.0.0.1\ta.lan a\n"));
    rmSync(join(folder, "etc"));
    renameSync(join(folder, "away"), join(folder, "etc"));
    await until(() => read(path) === lines("10.0.0.1\ta.lan a\n10.0.0.2\tb.lan b\n") && file.status().problem === undefined);
    assert.equal(told.length, 4);
    assert.match(
      told[0] as string,
      /^warn dns: the hosts file FOLDER\/etc\/hosts can't be written, and is as it was: ENOENT.*; make the folder FOLDER\/etc$/,
    );
    assert.equal(told[1], "info dns: the hosts file FOLDER/etc/hosts is written again");
    assert.match(told[2] as string, /ENOTDIR/);
  });

  test("is whole and as it was when nothing can be written beside it", async (t) => {
    const table = nameTable(claim("a.lan", "10.0.0.1"));
    const { file, path, folder } = keep(t, table);
    await until(() => read(path) === lines("10.0.0.1\ta.lan a\n"));
    // As good as a full disk: what is written beside it can't be.
    mkdirSync(join(folder, ".hosts.leasehold/x"), { recursive: true });
    file.changed(table.put(claim("b.lan", "10.0.0.2")));
    await until(() => file.status().failed > 0);
    assert.equal(read(path), lines("10.0.0.1\ta.lan a\n"));
    rmSync(join(folder, ".hosts.leasehold"), { recursive: true });
    await until(() => read(path) === lines("10.0.0.1\ta.lan a\n10.0.0.2\tb.lan b\n"));
  });

  test("is as it was to whoever has it open", async (t) => {
    const table = nameTable(claim("a.lan", "10.0.0.1"));
    const { file, path } = keep(t, table);
    await until(() => read(path) === lines("10.0.0.1\ta.lan a\n"));
    const open = openSync(path, "r");
    t.after(() => closeSync(open));
    file.changed(table.put(claim("b.lan", "10.0.0.2")));
    await until(() => read(path).includes("b.lan"));
    assert.equal(readFileSync(open, "utf8"), lines("10.0.0.1\ta.lan a\n"));
  });

  test("is written once a second at most, however often names change", async (t) => {
    const table = nameTable();
    const { file, path } = keep(t, table);
    const end = performance.now() + 2500;
    for (let i = 0; performance.now() < end; i++) {
      file.changed(table.put(claim("a.lan", `10.0.${i >> 8}.${i & 255}`)));
      await delay(10);
    }
    assert.ok(file.status().written <= 4, `${file.status().written} times`);
    await until(() => read(path).includes("a.lan"));
  });

  test("has names of its zones, and what is reserved: a client is not found as somebody elsewhere", async (t) => {
    const table = nameTable(
      claim("www.example.com", "10.0.0.1"),
      claim("notlan", "10.0.0.2"),
      claim("a.lan", "10.0.0.3"),
      reservation("www.example.org", "10.0.0.4"),
    );
    const { path } = keep(t, table);
    await until(() => read(path) === lines("10.0.0.3\ta.lan a\n10.0.0.4\twww.example.org www\n"));
  });

  test("that is a link stays one", async (t) => {
    const table = nameTable(claim("a.lan", "10.0.0.1"));
    const folder = mkdtempSync(join(tmpdir(), "leasehold-hosts-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "real"), "old\n");
    symlinkSync("real", join(folder, "link"));
    const file = createHostsFile({ spec: { path: join(folder, "link"), command: [], zones: ["lan"] }, names: table, tell: () => {} });
    t.after(() => file.close());
    await until(() => read(join(folder, "real")) === lines("10.0.0.1\ta.lan a\n"));
    assert.deepEqual(readdirSync(folder).sort(), ["link", "real"]);
  });

  test("that somebody else has put a link beside is not written through it", async (t) => {
    const table = nameTable(claim("a.lan", "10.0.0.1"));
    const folder = mkdtempSync(join(tmpdir(), "leasehold-hosts-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "victim"), "mine\n");
    symlinkSync("victim", join(folder, ".hosts.leasehold"));
    const file = createHostsFile({ spec: { path: join(folder, "hosts"), command: [], zones: ["lan"] }, names: table, tell: () => {} });
    t.after(() => file.close());
    await until(() => read(join(folder, "hosts")) === lines("10.0.0.1\ta.lan a\n"));
    assert.equal(read(join(folder, "victim")), "mine\n");
  });
});

test("dnsmasq follows a hosts file by itself", async (t) => {
  if (!requirePrograms(t, "dnsmasq", "dig")) return;
  const folder = mkdtempSync(join(tmpdir(), "leasehold-hosts-"));
  // It may run as another user.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const options = [
    `--port=${port}`,
    "--listen-address=127.0.0.1",
    "--bind-interfaces",
    "--no-resolv",
    "--no-hosts",
    "--conf-file=/dev/null",
  ];
  const dnsmasq = spawn(findProgram("dnsmasq") ?? "", ["--keep-in-foreground", "--pid-file=", ...options, `--hostsdir=${folder}`], {
    stdio: "ignore",
  });
  const table = nameTable(claim("a.lan", "10.0.0.1"), claim("a.lan", "2001:db8::1"));
  const file = createHostsFile({ spec: { path: join(folder, "hosts"), command: [], zones: ["lan"] }, names: table, tell: () => {} });
  t.after(async () => {
    dnsmasq.kill("SIGKILL");
    await file.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const says = async (name: string, type: string, data: string | undefined): Promise<void> => {
    for (const end = Date.now() + 15_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
      const said = (await dig({ address: "127.0.0.1", port }, name, type)).answers[0]?.data;
      if (said === data) return;
      if (Date.now() > end) assert.fail(`${name} ${type} is ${said}, not ${data}`);
    }
  };
  await says("a.lan", "A", "10.0.0.1");
  await says("a", "AAAA", "2001:db8::1");
  await says("1.0.0.10.in-addr.arpa", "PTR", "a.lan");
  file.changed(table.put(claim("b.lan", "10.0.0.1")));
  await says("b.lan", "A", "10.0.0.1");
  await says("a.lan", "A", undefined);
  await says("a.lan", "AAAA", "2001:db8::1");
});

describe("the program that is run for a hosts file", () => {
  test("is told where the file is, finds it written, and nothing of the server's environment", async (t) => {
    process.env.SECRET_OF_THE_SERVER = "x";
    t.after(() => delete process.env.SECRET_OF_THE_SERVER);
    const table = nameTable(claim("a.lan", "10.0.0.1"));
    const script = 'echo "$LEASEHOLD_HOSTS_FILE $(wc -l < "$LEASEHOLD_HOSTS_FILE") $(env | grep -c SECRET) $1" > FOLDER/out';
    const { folder, path } = keep(t, table, ["/bin/sh", "-c", script, "sh", "; rm -rf x"]);
    await until(() => read(join(folder, "out")) !== "");
    assert.equal(read(join(folder, "out")), `${path} 2 0 ; rm -rf x\n`);
  });

  test("runs once for all changes that come while it runs", async (t) => {
    const table = nameTable();
    const script = "echo $$ >> FOLDER/started; while [ ! -e FOLDER/go ]; do sleep 0.05; done; echo $$ >> FOLDER/ended";
    const { file, folder } = keep(t, table, ["/bin/sh", "-c", script]);
    await until(() => read(join(folder, "started")) !== "");
    for (const i of [1, 2, 3]) {
      file.changed(table.put(claim(`h${i}.lan`, `10.0.0.${i}`)));
      await until(() => file.status().written === 1 + i);
    }
    assert.equal(file.status().runs, 1);
    writeFileSync(join(folder, "go"), "");
    await until(() => read(join(folder, "ended")).split("\n").length === 3);
    assert.equal(file.status().runs, 2);
    assert.equal(read(join(folder, "ended")), read(join(folder, "started")));
  });

  test("that fails is told of once, with what it says, and when it works again", async (t) => {
    const table = nameTable();
    const { file, folder, told } = keep(t, table, ["/bin/sh", "-c", "[ -e FOLDER/good ] || { echo no such resolver; exit 3; }"]);
    await until(() => file.status().failedRuns === 1);
    file.changed(table.put(claim("a.lan", "10.0.0.1")));
    await until(() => file.status().failedRuns === 2);
    writeFileSync(join(folder, "good"), "");
    file.changed(table.put(claim("b.lan", "10.0.0.2")));
    await until(() => file.status().runProblem === undefined);
    assert.deepEqual(told, [
      "warn dns: /bin/sh, run for the hosts file, failed: it ended with status 3: no such resolver",
      "info dns: /bin/sh, run for the hosts file, works again",
    ]);
    assert.equal(file.status().problem, undefined);
  });

  test("that is none, or hangs, costs the file nothing", async (t) => {
    const none = keep(t, nameTable(claim("a.lan", "10.0.0.1")), ["/nonexistent/program"]);
    await until(() => none.file.status().failedRuns === 1);
    assert.match(none.told.join(), /^warn dns: \/nonexistent\/program, run for the hosts file, failed: it can't be started: /);
    assert.equal(read(none.path), lines("10.0.0.1\ta.lan a\n"));
    const hangs = keep(t, nameTable(), ["/bin/sleep", "1000"], { patience: 1000 });
    await until(() => hangs.file.status().failedRuns === 1);
    assert.deepEqual(hangs.told, ["warn dns: /bin/sleep, run for the hosts file, failed: it had not ended after 1 s"]);
  });

  test("is ended when the server stops", async (t) => {
    const { file, folder, told } = keep(t, nameTable(), ["/bin/sh", "-c", "echo $$ > FOLDER/pid; exec sleep 1000"]);
    await until(() => read(join(folder, "pid")) !== "");
    await file.close();
    assert.throws(() => process.kill(Number(read(join(folder, "pid"))), 0));
    assert.deepEqual(told, []);
  });
});
