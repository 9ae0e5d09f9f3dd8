import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { RecordType } from "../../../src/wire/dns/type-code.ts";
import { until } from "../../store/support.ts";
import { freePort } from "../../support/bind.ts";
import { dig, transferZone } from "../../support/dig.ts";
import { requirePrograms } from "../../support/requirement.ts";
import { claim, nameTable, reservation } from "../name-table.ts";
import { framed, open, serve, unframed } from "./serve.ts";
import { question, shown } from "./support.ts";

const { A, SOA } = RecordType;

function names() {
  return nameTable(
    claim("laptop.lan", "192.168.5.9"),
    claim("laptop.lan", "2001:db8::9"),
    reservation("printer.lan", "192.168.5.20"),
    ...Array.from({ length: 90 }, (_, i) => claim("many.lan", `192.168.5.${i + 100}`)),
  );
}

const LAPTOP6 = "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
/** What every client is to hear: the result, and the data of the answer. */
const ASKED: readonly [name: string, type: string, status: string, data: readonly string[]][] = [
  ["laptop.lan", "A", "NOERROR", ["192.168.5.9"]],
  ["LAPTOP.lan", "AAAA", "NOERROR", ["2001:db8::9"]],
  ["laptop.lan", "ANY", "NOERROR", ["192.168.5.9", "2001:db8::9"]],
  ["printer.lan", "TXT", "NOERROR", ['"reserved"']],
  ["laptop.lan", "TXT", "NOERROR", ['"lease expires=never"']],
  ["laptop.lan", "MX", "NOERROR", []],
  ["nobody.lan", "A", "NXDOMAIN", []],
  ["lan", "NS", "NOERROR", ["ns.lan"]],
  ["ns.lan", "A", "NOERROR", ["127.0.0.1"]],
  ["9.5.168.192.in-addr.arpa", "PTR", "NOERROR", ["laptop.lan"]],
  [LAPTOP6, "PTR", "NOERROR", ["laptop.lan"]],
  ["example.com", "A", "REFUSED", []],
];

describe("a client of BIND", () => {
  test("is answered by UDP and TCP", async (t) => {
    if (!requirePrograms(t, "dig")) return;
    const { address, port, responder } = await serve(t, names());
    const at = { address, port };
    for (const [name, type, status, data] of ASKED) {
      for (const more of [[], ["+tcp"], ["+noedns"]]) {
        const said = await dig(at, name, type, { more });
        assert.deepEqual(
          [said.status, said.answers.map((record) => record.data).sort()],
          [status, [...data].sort()],
          `${name} ${type} ${more}`,
        );
        assert.equal(said.flags.includes("aa"), status !== "REFUSED");
        assert.ok(!said.flags.includes("ra"));
        assert.equal(said.authorities.length, status === "NXDOMAIN" || (status === "NOERROR" && data.length === 0) ? 1 : 0);
      }
    }
    const soa = await dig(at, "lan", "SOA");
    assert.match(soa.answers[0]?.data ?? "", /^ns\.lan\. hostmaster\.lan\. \d+ 900 60 604800 60$/);
    const { counters } = responder.status();
    assert.equal(counters.queries.PTR, 6);
    assert.equal(counters.queries.other, 3);
    assert.equal(counters.answers.REFUSED, 3);
    assert.equal(counters.answers.NXDOMAIN, 3);
    assert.equal(counters.malformed + counters.truncated + counters.limited + counters.defects, 0);
  });

  test("asks by TCP what is too much for UDP", async (t) => {
    if (!requirePrograms(t, "dig")) return;
    const { address, port, responder } = await serve(t, names());
    const said = await dig({ address, port }, "many.lan", "A");
    assert.equal(said.answers.length, 90);
    assert.equal(responder.status().counters.truncated, 1);
    const cut = await dig({ address, port }, "many.lan", "A", { more: ["+ignore"] });
    assert.deepEqual([cut.answers.length, cut.flags.includes("tc")], [0, true]);
  });

  test("with other versions and options of EDNS is told what is spoken", async (t) => {
    if (!requirePrograms(t, "dig")) return;
    const { address, port } = await serve(t, names());
    const { stdout } = await promisify(execFile)("dig", [
      "-r",
      `@${address}`,
      "-p",
      `${port}`,
      "+edns=1",
      "+noednsnegotiation",
      "laptop.lan",
      "A",
    ]);
    assert.match(stdout, /status: BADVERS/);
    const many = await dig({ address, port }, "laptop.lan", "A", {
      more: ["+dnssec", "+cookie=0123456789abcdef", "+subnet=10.0.0.0/8", "+nsid"],
    });
    assert.deepEqual([many.status, many.answers.length], ["NOERROR", 1]);
  });

  test("has no whole zone unless it is a secondary", async (t) => {
    if (!requirePrograms(t, "dig")) return;
    const { address, port, responder, spec } = await serve(t, names());
    await assert.rejects(transferZone({ address, port }, "lan"), /Transfer failed/);
    await responder.configure({ ...spec, secondaries: [{ address: "127.0.0.1", port: 9 }] });
    const records = await transferZone({ address, port }, "lan");
    assert.equal(records.length, 1 + 1 + 1 + 93);
    assert.equal(responder.status().counters.transfers, 1);
    assert.equal(responder.status().counters.answers.REFUSED, 1);
  });
});

test("a client of Knot is answered by UDP and TCP", async (t) => {
  if (!requirePrograms(t, "kdig")) return;
  const { address, port } = await serve(t, names());
  for (const [name, type, status, data] of ASKED) {
    for (const more of ["+notcp", "+tcp"]) {
      const { stdout } = await promisify(execFile)("kdig", [
        `@${address}`,
        "-p",
        `${port}`,
        more,
        "+noall",
        "+header",
        "+answer",
        name,
        type,
      ]);
      assert.match(stdout, new RegExp(`status: ${status};`), `${name} ${type}`);
      for (const one of data) assert.ok(stdout.includes(one), `${name} ${type}: ${stdout}`);
    }
  }
});

describe("a place", () => {
  test("of IPv6 is answered at", async (t) => {
    const port = await freePort();
    const served = await serve(t, names(), {
      listen: [
        { address: "::1", port },
        { address: "127.0.0.1", port },
      ],
    });
    assert.deepEqual(served.responder.status().listening, [`[::1]:${port}`, `127.0.0.1:${port}`]);
    assert.deepEqual(served.told, [`info dns: listening at [::1]:${port}`, `info dns: listening at 127.0.0.1:${port}`]);
    const socket = createSocket("udp6");
    t.after(() => socket.close());
    const said = new Promise<Uint8Array>((resolve) => socket.once("message", resolve));
    socket.send(question("laptop.lan", A), port, "::1");
    assert.equal(shown(await said).at(-1), "= laptop.lan 300 A 192.168.5.9");
  });

  test("that somebody else has is told of once, costs the others nothing, and is had later", async (t) => {
    const port = await freePort();
    const rival = createServer();
    await new Promise<void>((resolve) => void rival.listen(port, "127.0.0.1", resolve));
    const { responder, told } = await serve(
      t,
      names(),
      {
        listen: [
          { address: "127.0.0.1", port },
          { address: "::1", port },
        ],
      },
      { lookEvery: 100 },
    );
    assert.deepEqual(responder.status().listening, [`[::1]:${port}`]);
    assert.equal(responder.status().problems.length, 1);
    assert.match(
      responder.status().problems[0] as string,
      /TCP port 127\.0\.0\.1:\d+ is taken by another program, perhaps another DNS server/,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    rival.close();
    await until(() => responder.status().listening.length === 2);
    assert.deepEqual(responder.status().problems, []);
    assert.equal(told.filter((line) => line.startsWith("warn")).length, 1);
    assert.equal(told.at(-1), `info dns: listening at 127.0.0.1:${port}`);
  });

  test("that stands for all is each address by itself, as they come and go", async (t) => {
    const port = await freePort();
    const entry = (address: string): NetworkInterfaceInfo => ({ address }) as NetworkInterfaceInfo;
    let addresses = ["127.0.0.1", "127.0.0.2"];
    const { responder, serials } = await serve(
      t,
      names(),
      { listen: [{ address: "0.0.0.0", port }] },
      { interfaces: () => ({ lo: addresses.map(entry) }), lookEvery: 100 },
    );
    assert.deepEqual(responder.status().listening, [`127.0.0.1:${port}`, `127.0.0.2:${port}`]);
    const before = serials.get("lan") as number;
    const socket = createSocket("udp4");
    t.after(() => socket.close());
    const from = new Promise<string>((resolve) => socket.once("message", (_bytes, { address }) => resolve(address)));
    socket.send(question("laptop.lan", A), port, "127.0.0.2");
    assert.equal(await from, "127.0.0.2");
    addresses = ["127.0.0.1", "127.0.0.3"];
    await until(() => responder.status().listening.join() === `127.0.0.1:${port},127.0.0.3:${port}`);
    // Its own addresses are part of the zone.
    assert.ok((serials.get("lan") as number) > before);
  });

  test("is listened at no more when another configuration says so", async (t) => {
    const { responder, spec, port } = await serve(t, names());
    await responder.configure({ ...spec, listen: [] });
    assert.deepEqual(responder.status().listening, []);
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once("error", reject);
      server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
    });
  });
});

describe("the serial number of a zone", () => {
  test("changes with what is in it, and with nothing else", async (t) => {
    const table = names();
    const { responder, serials } = await serve(
      t,
      table,
      { zones: ["lan", "5.168.192.in-addr.arpa", "10.in-addr.arpa", "other"] },
      { now: () => 1000, renewEvery: 0 },
    );
    const now = (): readonly (number | undefined)[] =>
      ["lan", "5.168.192.in-addr.arpa", "10.in-addr.arpa", "other"].map((zone) => serials.get(zone));
    const start = now();
    responder.changed(table.put(claim("new.lan", "192.168.5.30")));
    assert.deepEqual(now(), [(start[0] as number) + 1, (start[1] as number) + 1, start[2], start[3]]);
    responder.changed(table.put(claim("new.lan", "10.0.0.1")));
    assert.deepEqual(now(), [(start[0] as number) + 2, (start[1] as number) + 1, (start[2] as number) + 1, start[3]]);
    responder.changed(table.put(claim("host.example", "172.16.0.1")));
    responder.changed({ names: new Set(["1.5.168.192.in-addr.arpa"]), addresses: new Set(["nonsense"]) });
    assert.deepEqual(now(), [(start[0] as number) + 2, (start[1] as number) + 1, (start[2] as number) + 1, start[3]]);
  });

  test("changes once a second at most, so that it is not ahead of the clock, and changes after the last change", async (t) => {
    const table = names();
    const begin = performance.now();
    const { responder, serials } = await serve(t, table, {}, { now: () => 1000 });
    for (let i = 0; i < 1000; i++) {
      responder.changed(table.put(claim(`new-${i}.lan`, "192.168.5.30")));
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const before = serials.get("lan") as number;
    // Two at the start: for the zones, and for the addresses of the server.
    assert.ok(before <= 1002 + (performance.now() - begin) / 1000, `${before}`);
    await until(() => (serials.get("lan") as number) > before);
  });

  test("is a higher one after every start, whatever the clock says", async (t) => {
    const { serials } = await serve(t, names(), {}, { now: () => 1000 }, new Map([["lan", 5000]]));
    assert.ok((serials.get("lan") as number) > 5000);
    assert.ok((serials.get("5.168.192.in-addr.arpa") as number) >= 1000);
  });

  test("changes with the time to live and with zones that come, not with a place to listen at or a secondary", async (t) => {
    const { responder, serials, spec } = await serve(t, names(), {}, { now: () => 1000, renewEvery: 0 });
    const start = serials.get("lan") as number;
    await responder.configure({ ...spec, secondaries: [{ address: "192.0.2.1", port: 53 }] });
    assert.equal(serials.get("lan"), start);
    await responder.configure({ ...spec, ttl: 60 });
    assert.equal(serials.get("lan"), start + 1);
    await responder.configure({ ...spec, ttl: 60, zones: [...spec.zones, "sub.lan"] });
    assert.equal(serials.get("lan"), start + 2);
    await responder.configure({ ...spec, ttl: 60, zones: [...spec.zones, "sub.lan"] });
    assert.equal(serials.get("lan"), start + 2);
  });
});

describe("a connection", () => {
  test("is answered one question after the other, also when its other half is closed", async (t) => {
    const { address, port } = await serve(t, names());
    const one = await open(t, address, port);
    one.socket.end(Buffer.concat([framed(question("laptop.lan", A)), framed(question("lan", SOA)), framed(question("x.lan", A))]));
    await one.closed;
    assert.deepEqual(
      unframed(one.bytes()).map((bytes) => shown(bytes).slice(0, 2)),
      [
        ["7 NOERROR qr aa rd", "? laptop.lan A"],
        ["7 NOERROR qr aa rd", "? lan SOA"],
        ["7 NXDOMAIN qr aa rd", "? x.lan A"],
      ],
    );
  });

  test("is answered though its questions come byte by byte", async (t) => {
    const { address, port } = await serve(t, names());
    const one = await open(t, address, port);
    one.socket.setNoDelay(true);
    for (const byte of framed(question("laptop.lan", A))) {
      one.socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until(() => unframed(one.bytes()).length === 1);
    assert.equal(shown(unframed(one.bytes())[0] as Buffer)[0], "7 NOERROR qr aa rd");
  });

  const HOSTILE: readonly [what: string, bytes: Uint8Array][] = [
    ["says nothing", new Uint8Array(0)],
    ["sends half a length", Uint8Array.of(0)],
    ["promises 64 KB and sends some", Uint8Array.of(255, 255, 1, 2, 3)],
  ];
  for (const [what, bytes] of HOSTILE) {
    test(`that ${what} is closed`, async (t) => {
      const { address, port, responder } = await serve(t, names(), {}, { idle: 1000 });
      const one = await open(t, address, port);
      if (bytes.length > 0) one.socket.write(bytes);
      // However slowly it goes on.
      const more = setInterval(() => bytes.length > 0 && one.socket.writable && one.socket.write(Uint8Array.of(0)), 200);
      t.after(() => clearInterval(more));
      if (what === "sends half a length") clearInterval(more);
      await one.closed;
      assert.equal(one.bytes().length, 0);
      await until(() => responder.status().connections === 0);
    });
  }

  test("that sends what is no question is told so, or closed", async (t) => {
    const { address, port, responder } = await serve(t, names());
    const long = await open(t, address, port);
    long.socket.write(framed(new Uint8Array(65_535)));
    await until(() => long.bytes().length > 0);
    assert.deepEqual(shown(unframed(long.bytes())[0] as Buffer), ["0 FORMERR qr"]);
    const short = await open(t, address, port);
    short.socket.write(framed(new Uint8Array(3)));
    await short.closed;
    const answer = await open(t, address, port);
    answer.socket.write(framed(Uint8Array.of(0, 7, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
    await answer.closed;
    const { counters } = responder.status();
    assert.deepEqual([counters.malformed, counters.responses], [2, 1]);
  });

  test("that does not read is closed, and others are answered meanwhile", async (t) => {
    const { address, port, responder } = await serve(t, names(), {}, { idle: 1000 });
    const slow = await open(t, address, port);
    slow.socket.pause();
    const questions = Buffer.concat(Array.from({ length: 500 }, () => framed(question("many.lan", A))));
    const more = setInterval(() => slow.socket.writable && slow.socket.writableLength < 1 << 20 && slow.socket.write(questions), 5);
    t.after(() => clearInterval(more));
    const other = await open(t, address, port);
    other.socket.end(framed(question("laptop.lan", A)));
    await other.closed;
    assert.equal(unframed(other.bytes()).length, 1);
    // It is cut off, though it never stops asking.
    await until(() => responder.status().connections === 0);
  });

  test("is one of four of the same address", async (t) => {
    const { address, port, responder } = await serve(t, names());
    for (let i = 0; i < 4; i++) await open(t, address, port);
    await until(() => responder.status().connections === 4);
    const fifth = await open(t, address, port);
    await fifth.closed;
    assert.equal(responder.status().counters.refusedConnections, 1);
  });

  test("of a secondary finds a place", async (t) => {
    const { address, port, responder } = await serve(t, names(), { secondaries: [{ address: "127.0.0.1", port: 9 }] });
    for (let i = 0; i < 6; i++) await open(t, address, port);
    await until(() => responder.status().connections === 6);
    assert.equal(responder.status().counters.refusedConnections, 0);
  });
});

test("a flood is limited, and who is really there comes through by TCP", async (t) => {
  const limit = { rate: 100, burst: 200, networks: 10 };
  const { address, port, responder } = await serve(t, names(), {}, { limit });
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  let whole = 0;
  let cut = 0;
  socket.on("message", (bytes) => {
    if (((bytes[2] as number) & 2) !== 0) cut++;
    else whole++;
  });
  const bytes = question("laptop.lan", A);
  const begin = performance.now();
  const counted = (): number => {
    const { answers, slipped, limited } = responder.status().counters;
    return (answers.NOERROR ?? 0) + slipped + limited;
  };
  for (let sent = 0; sent < 3000; sent += 50) {
    for (let i = 0; i < 50; i++) socket.send(bytes, port, address);
    await until(() => counted() === sent + 50);
  }
  const seconds = (performance.now() - begin) / 1000;
  const { answers, slipped, limited } = responder.status().counters;
  await until(() => whole === answers.NOERROR && cut === slipped);
  assert.ok(whole >= 200 && whole <= 200 + 100 * seconds + 1, `${whole} in ${seconds} s`);
  assert.ok(limited - slipped === 0 || limited - slipped === 1);
  assert.ok(slipped > 100);
  const one = await open(t, address, port);
  one.socket.end(framed(bytes));
  await one.closed;
  assert.equal(shown(unframed(one.bytes())[0] as Buffer).at(-1), "= laptop.lan 300 A 192.168.5.9");
});

test("what is no question is counted, and answers are never answered", async (t) => {
  const { address, port, responder } = await serve(t, names());
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  let heard = 0;
  socket.on("message", () => heard++);
  const response = question("laptop.lan", A);
  response[2] = 0x81;
  for (const bytes of [new Uint8Array(3), response, new Uint8Array(12), Uint8Array.of(...question("lan", SOA), 1)])
    socket.send(bytes, port, address);
  await until(() => responder.status().counters.malformed === 3 && responder.status().counters.responses === 1);
  await until(() => heard === 2);
  assert.equal(responder.status().counters.answers.FORMERR, 2);
});
