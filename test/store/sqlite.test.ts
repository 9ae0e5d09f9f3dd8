import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Lease, LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { EventCode } from "../../src/store/event.ts";
import { BatchWriter, readBatch } from "../../src/store/sqlite/batch.ts";
import { readLeases } from "../../src/store/sqlite/rows.ts";
import { openForReading } from "../../src/store/sqlite/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { StoreError, type StoreErrorCode, type StoreWrite } from "../../src/store/store.ts";
import { leaseIn, leaseOf, ownerOf, putOf, removeOf, timesOf } from "../support/leases.ts";
import { requireRoot } from "../support/requirement.ts";
import { createFolder, exec, hasCode, rowsIn, stored } from "./support.ts";

const { bound, released } = LeaseState;
const { path: folder, newPath } = createFolder();

function put(row: number, lease: Lease, onlyTimes = false): StoreWrite {
  return onlyTimes ? timesOf(row, lease) : putOf(row, lease);
}

describe("SQLite store", () => {
  test("what was committed is there after it is opened again, every field of it", async () => {
    const path = newPath();
    const full: Lease = {
      ...leaseOf(0x0a000002, 2, released, 1_700_000_000, NEVER),
      owner: ownerOf(2, {
        clientIdentifier: Uint8Array.of(255, 0, 1, 2),
        clientKey: Uint8Array.of(255, 0, 1, 2),
        hostname: Uint8Array.of(0xe9, 0x27, 0),
        vendorClass: new TextEncoder().encode("MSFT 5.0"),
        relayAgentInformation: Uint8Array.of(1, 3, 0x65, 0x74, 0x68, 2, 2, 9, 8),
        limitKeys: Uint8Array.of(0, 2, 7, 8),
      }),
    };
    const store = openSqliteStore(path);
    await store.commit([put(0, leaseOf(0x0a000001, 1, bound, 10, 20)), put(7, full)]);
    await store.commit([put(0, leaseOf(0x0a000001, 1, bound, 15, 25), true), put(3, leaseOf(0xffffffff, 3, bound, 1, 2))]);
    await store.commit([removeOf(3, 0)]);
    await store.close();

    const again = openSqliteStore(path);
    const leases = await stored(again);
    await again.close();
    assert.deepEqual([...leases.keys()], [0, 7]);
    assert.deepEqual(leases.get(0), leaseOf(0x0a000001, 1, bound, 15, 25));
    assert.deepEqual(leases.get(7), full);

    const db = openForReading(path);
    assert.deepEqual(
      { ...db.prepare("SELECT * FROM lease WHERE address = '10.0.0.2'").get() },
      {
        address: "10.0.0.2",
        state: "released",
        start: "2023-11-14 22:13:20",
        expiry: "never",
        hardware_address: "020000000002",
        client_identifier: "ff000102",
        hostname: "\ufffd'\0",
        vendor_class: "MSFT 5.0",
        circuit_id: "657468",
        remote_id: "0908",
        network: "10.0.0.0/24",
      },
    );
    db.close();
  });

  test("the clock is kept beside the leases, and shows their times by the wall clock", async () => {
    const path = newPath();
    const store = openSqliteStore(path);
    assert.equal(await store.load(() => {}), undefined);
    const now = Math.floor(Date.now() / 1000);
    // By its own time this one ended 56 years ago, and the clock was wrong then.
    const lease = leaseOf(0x0a000001, 1, bound, 100, 3700);
    await store.commit([{ kind: "clock", offset: 1, trusted: 0, boot: "one", bootOffset: -2 }, put(0, lease)]);
    await store.commit([{ kind: "clock", offset: now - 1000, trusted: -5, boot: "another", bootOffset: 2 ** 33 }]);
    await store.commit([put(1, leaseOf(0x0a000002, 2, bound, 100, 900)), put(2, leaseOf(0x0a000003, 3, bound, 100, NEVER))]);
    const leases: Lease[] = [];
    const clock = await store.load((stored) => leases.push(leaseIn(stored)));
    await store.close();
    assert.deepEqual(clock, { offset: now - 1000, trusted: -5, boot: "another", bootOffset: 2 ** 33 });
    assert.deepEqual(leases[0], lease);

    const db = openForReading(path);
    const text = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
    const rows = db.prepare("SELECT address, state, start, expiry FROM lease").all();
    db.close();
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [
        { address: "10.0.0.1", state: "bound", start: text(now - 900), expiry: text(now + 2700) },
        { address: "10.0.0.2", state: "expired", start: text(now - 900), expiry: text(now - 100) },
        { address: "10.0.0.3", state: "bound", start: text(now - 900), expiry: "never" },
      ],
    );
  });

  test("batches settle in order, and those that wait share transactions", async () => {
    const store = openSqliteStore(newPath());
    const settled: number[] = [];
    await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        store.commit([put(i, leaseOf(0x0a000000 + i, i, bound, i, i + 1))]).then(() => settled.push(i)),
      ),
    );
    assert.deepEqual(
      settled,
      Array.from({ length: 200 }, (_, i) => i),
    );
    assert.equal((await stored(store)).size, 200);
    await store.close();
  });

  test("an empty batch settles after those before it, also alone", async () => {
    const store = openSqliteStore(newPath());
    const settled: string[] = [];
    await Promise.all([
      store.commit([put(0, leaseOf(0x0a000001, 1, bound, 0, 1))]).then(() => settled.push("lease")),
      store.commit([]).then(() => settled.push("empty")),
    ]);
    await store.commit([]);
    assert.deepEqual(settled, ["lease", "empty"]);
    await store.close();
  });

  test("the caller may use its bytes again as soon as commit returns", async () => {
    const store = openSqliteStore(newPath());
    const lease = leaseOf(0x0a000001, 1, bound, 0, 1);
    const committed = store.commit([put(0, lease)]);
    lease.owner.chaddr.fill(0xee);
    await committed;
    assert.deepEqual((await stored(store)).get(0)?.owner.chaddr, Uint8Array.of(2, 0, 0, 0, 0, 1));
    await store.close();
  });

  test("anybody may read while it is open, but a second server is told that it is locked", async () => {
    const path = newPath();
    const store = openSqliteStore(path);
    await store.commit([put(0, leaseOf(0x0a000001, 1, bound, 0, 1))]);
    const db = openForReading(path);
    assert.equal([...readLeases(db, assert.fail)].length, 1);
    db.close();
    assert.throws(() => openSqliteStore(path), hasCode("locked", /another Leasehold server uses it/));
    await store.close();
    await openSqliteStore(path).close();
  });

  test("a file that another program keeps locked is told from a broken one", () => {
    const path = newPath();
    const holder = new DatabaseSync(path);
    holder.exec("CREATE TABLE t (a); BEGIN EXCLUSIVE");
    assert.throws(() => openSqliteStore(path), hasCode("locked", /end that program/));
    holder.close();
  });

  const unusable: [name: string, make: (path: string) => void, code: StoreErrorCode, says: RegExp][] = [
    ["a text file", (path) => writeFileSync(path, "interfaces: [eth0]\n".repeat(200)), "not-a-lease-database", /not a lease database/],
    ["another SQLite database", (path) => exec(path, "CREATE TABLE t (a)"), "not-a-lease-database", /give another file with -d/],
    [
      "a database of a later version",
      (path) => exec(path, "PRAGMA application_id = 0x4c534844; PRAGMA user_version = 99; CREATE TABLE t (a)"),
      "newer",
      /newer version.*99/,
    ],
    ["a folder that does not exist", () => {}, "io", /can't be read or written/],
  ];
  for (const [name, make, code, says] of unusable) {
    test(`refuses ${name}, and leaves it as it is`, () => {
      const path = code === "io" ? join(folder, "missing", "x.db") : newPath();
      make(path);
      assert.throws(() => openSqliteStore(path), hasCode(code, says));
    });
  }

  test("a full disk fails every batch that was handed over, and the next ones succeed when there is room again", async (t) => {
    if (!requireRoot(t)) return;
    const mount = mkdtempSync(join(folder, "small-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "leasehold-test", mount]);
    try {
      const store = openSqliteStore(join(mount, "leases.db"));
      await store.commit([put(0, leaseOf(0x0a000001, 1, bound, 0, 1))]);
      const filler = join(mount, "filler");
      execFileSync("sh", ["-c", `cat /dev/zero > '${filler}' 2>/dev/null || true`]);
      const big = (from: number) => Array.from({ length: 4000 }, (_, i) => put(from + i, leaseOf(0x0b000000 + from + i, i, bound, 0, 1)));
      const results = await Promise.allSettled([store.commit(big(1)), store.commit(big(5000))]);
      assert.deepEqual(
        results.map((result) => result.status === "rejected" && (result.reason as StoreError).code),
        ["full", "full"],
      );
      rmSync(filler);
      await store.commit([put(1, leaseOf(0x0a000002, 2, bound, 0, 1))]);
      assert.deepEqual([...(await stored(store)).keys()], [0, 1]);
      await store.close();
    } finally {
      execFileSync("umount", ["-l", mount]);
    }
  });

  test("a database that can't be opened any more fails every batch, and the store can still be closed", { timeout: 20_000 }, async () => {
    const path = newPath();
    const store = openSqliteStore(path);
    // Before the thread that writes it has opened it.
    writeFileSync(path, "no database\n".repeat(1000));
    await assert.rejects(store.commit([put(0, leaseOf(0x0a000001, 1, bound, 0, 1))]), StoreError);
    await assert.rejects(store.commit([]), StoreError);
    await store.close();
  });

  test("a network is known by its name whatever became of the batch that named it first", async () => {
    const path = newPath();
    const store = openSqliteStore(path);
    exec(path, "CREATE TRIGGER refused BEFORE INSERT ON leases WHEN NEW.id = 1 BEGIN SELECT RAISE(ABORT, 'refused'); END");
    const lease = leaseOf(0x0a000001, 1, bound, 0, 1);
    await assert.rejects(store.commit([putOf(1, lease, "a"), putOf(2, lease, "b")]), StoreError);
    await store.commit([putOf(3, lease, "b")]);
    await store.commit([putOf(4, lease, "a"), putOf(5, lease, "b")]);
    await store.close();
    assert.deepEqual(
      [...rowsIn(path)].map(([row, [, network]]) => [row, network]),
      [
        [3, "b"],
        [4, "a"],
        [5, "b"],
      ],
    );
  });

  test("a read-only file system fails commits, and the next ones succeed when it can be written again", async (t) => {
    if (!requireRoot(t)) return;
    const mount = mkdtempSync(join(folder, "read-only-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "leasehold-test", mount]);
    try {
      const path = join(mount, "leases.db");
      const store = openSqliteStore(path);
      await store.commit([put(0, leaseOf(0x0a000001, 1, bound, 0, 1))]);
      await store.close();
      execFileSync("mount", ["-o", "remount,ro", mount]);
      assert.throws(() => openSqliteStore(path), hasCode("io", /can't be read or written/));
      execFileSync("mount", ["-o", "remount,rw", mount]);
      const again = openSqliteStore(path);
      await again.commit([put(1, leaseOf(0x0a000002, 2, bound, 0, 1))]);
      assert.deepEqual([...(await stored(again)).keys()], [0, 1]);
      await again.close();
    } finally {
      execFileSync("umount", ["-l", mount]);
    }
  });

  for (const [name, path] of [
    ["with a NUL byte", "a\0b.db"],
    ["that is too long for the system", `${"a".repeat(300)}.db`],
    ["that is empty", ""],
  ] as const) {
    test(`a path ${name} is refused in words`, () => {
      assert.throws(() => openSqliteStore(path === "" ? "" : join(folder, path)), hasCode("io", /^lease database/));
    });
  }

  test("what is handed over after it was closed is refused", async () => {
    const path = newPath();
    const store = openSqliteStore(path);
    const early = store.commit([put(0, leaseOf(0x0a000001, 1, bound, 0, 1))]);
    const closed = store.close();
    await early;
    await closed;
    await assert.rejects(store.commit([put(1, leaseOf(0x0a000002, 2, bound, 0, 1))]), hasCode("io", /it has been closed/));
  });

  test("what was committed survives the death of the process", async () => {
    const path = newPath();
    const script = `
      const { openSqliteStore } = await import(${JSON.stringify(new URL("../../src/store/sqlite/store.ts", import.meta.url).href)});
      const store = openSqliteStore(${JSON.stringify(path)});
      const record = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2);
      for (let row = 0; ; row++) {
        await store.commit([{ kind: "put", row, address: row, state: 1, start: 0, expiry: 1, record, network: "n" }]);
        process.stdout.write(row + "\\n");
      }`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
      if (output.split("\n").length > 50) child.kill("SIGKILL");
    });
    await once(child, "close");
    const acknowledged = output.split("\n").slice(0, -1).length;
    const store = openSqliteStore(path);
    assert.ok((await stored(store)).size >= acknowledged);
    await store.close();
  });
});

describe("batches", () => {
  test("tell more networks from each other than 16 bits count", () => {
    const writer = new BatchWriter();
    const lease = leaseOf(0x0a000001, 1, bound, 0, 1);
    const names = Array.from({ length: 70_000 }, (_, i) => `network ${i} ${"ü".repeat(i % 200)}`);
    names.forEach((name, row) => void writer.write(putOf(row, lease, name)));
    const read: string[] = [];
    const unexpected = (): never => assert.fail();
    readBatch(writer.bytes, {
      put: (_id, _address, _state, _start, _expiry, _record, network) => void read.push(network),
      times: unexpected,
      remove: unexpected,
      clock: unexpected,
      fact: unexpected,
      forget: unexpected,
      event: unexpected,
      prune: unexpected,
      index: unexpected,
    });
    assert.deepEqual(read, names);
  });

  const optional = fc.option(fc.uint8Array({ maxLength: 70 }), { nil: undefined });
  const lease = fc
    .record({
      address: fc.nat(0xffffffff),
      state: fc.constantFrom(1, 2, 3, 4),
      start: fc.nat(0xffffffff),
      expiry: fc.nat(0xffffffff),
      client: fc.nat(65535),
      hostname: optional,
      vendorClass: optional,
      relayAgentInformation: optional,
      limitKeys: optional,
    })
    .map(({ client, hostname, vendorClass, relayAgentInformation, limitKeys, ...rest }): Lease => {
      return {
        ...rest,
        state: rest.state as LeaseState,
        owner: ownerOf(client, { hostname, vendorClass, relayAgentInformation, limitKeys }),
      };
    });
  const row = fc.nat(0xffffffff);
  const plain = { noNullPrototype: true };
  const write: fc.Arbitrary<StoreWrite> = fc.oneof(
    fc.tuple(row, lease, fc.constantFrom("", "10.0.0.0/8", "büro")).map(([row, lease, network]) => putOf(row, lease, network)),
    fc.tuple(row, lease).map(([row, lease]) => timesOf(row, lease)),
    fc.tuple(row, row).map(([row, address]) => removeOf(row, address)),
    fc.record(
      {
        kind: fc.constant("clock" as const),
        offset: fc.integer(),
        trusted: fc.integer(),
        boot: fc.constantFrom("", "büro"),
        bootOffset: fc.integer(),
      },
      plain,
    ),
    fc.record({ kind: fc.constant("fact" as const), name: fc.constantFrom("", "büro"), value: fc.uint8Array({ maxLength: 70 }) }, plain),
    fc.record({ kind: fc.constant("forget" as const), name: fc.constantFrom("", "büro") }, plain),
    fc.record(
      {
        kind: fc.constant("event" as const),
        code: fc.constantFrom(...Object.values(EventCode)),
        flags: fc.nat(255),
        space: fc.constant(0),
        row,
        time: fc.nat(0xffffffff),
      },
      plain,
    ),
    fc.record({ kind: fc.constant("prune" as const), through: fc.maxSafeNat() }, plain),
    fc.record({ kind: fc.constant("index" as const), wanted: fc.boolean() }, plain),
  );

  test("carry every write over, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.array(write, { maxLength: 20 }), { maxLength: 5 }), (batches) => {
        const writer = new BatchWriter();
        for (const writes of batches) {
          writer.clear();
          for (const one of writes) writer.write(one);
          const read: unknown[] = [];
          readBatch(writer.bytes.slice(), {
            put: (row, address, state, start, expiry, record, network) =>
              read.push(putOf(row, leaseIn({ address, state, start, expiry, record }), network)),
            times: (row, state, start, expiry) => read.push([row, state, start, expiry]),
            remove: (row) => read.push(row),
            clock: (clock) => read.push({ kind: "clock", ...clock }),
            fact: (fact) => read.push({ kind: "fact", ...fact }),
            event: (row, code, flags, time) => read.push({ kind: "event", code, flags, space: 0, row, time }),
            prune: (through) => read.push({ kind: "prune", through }),
            index: (wanted) => read.push({ kind: "index", wanted }),
            forget: (name) => read.push({ kind: "forget", name }),
          });
          const expected = writes.map((one) => {
            if (one.kind === "times") return [one.row, one.state, one.start, one.expiry];
            return one.kind === "remove" ? one.row : one;
          });
          assert.deepEqual(read, expected);
        }
      }),
    );
  });
});

test("a name that SQLite would take for no file is refused, and so is what is no path", () => {
  for (const [path, message] of [
    [":memory:", 'path: ":memory:" is no file: use openMemoryStore() for leases that are kept nowhere'],
    [undefined, "path: this is no path of a file but undefined"],
  ] as const) {
    assert.throws(() => openSqliteStore(path as string), { name: "TypeError", message });
  }
});
