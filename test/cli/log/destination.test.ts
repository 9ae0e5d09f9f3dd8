import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { queueFor } from "../../../src/cli/log/destination.ts";

/** The other end of a log, which takes what the test lets it take. */
function otherEnd(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout", "setImmediate"] });
  let taken = "";
  let room = Number.POSITIVE_INFINITY;
  let error: string | undefined;
  let writes = 0;
  const dropped: number[] = [];
  const destination = queueFor(
    (bytes, done) => {
      writes++;
      if (error !== undefined) return done(Object.assign(new Error(error), { code: error }), 0);
      const length = Math.min(bytes.length, room);
      if (length === 0) return done(Object.assign(new Error("EAGAIN"), { code: "EAGAIN" }), 0);
      taken += new TextDecoder().decode(bytes.subarray(0, length));
      room -= length;
      done(null, length);
    },
    false,
    (count) => {
      dropped.push(count);
      destination.write(`${count} dropped\n`);
    },
  );
  return {
    destination,
    dropped,
    taken: () => taken,
    writes: () => writes,
    takes(bytes: number) {
      room = bytes;
    },
    fails(code: string | undefined) {
      error = code;
    },
    pass: (milliseconds: number) => t.mock.timers.tick(milliseconds),
  };
}

describe("the log's queue", () => {
  test("what one turn of the event loop says is written together, in order", (t) => {
    const end = otherEnd(t);
    for (const line of ["a\n", "b\n", "ü\n"]) end.destination.write(line);
    end.pass(1);
    assert.deepEqual([end.taken(), end.writes()], ["a\nb\nü\n", 1]);
  });

  test("an end that takes a part gets the rest later, and no byte twice", (t) => {
    const end = otherEnd(t);
    end.takes(5);
    end.destination.write("0123456789\n");
    end.pass(1000);
    assert.equal(end.taken(), "01234");
    end.takes(100);
    end.pass(1000);
    assert.equal(end.taken(), "0123456789\n");
  });

  test("an end that takes nothing costs a bounded amount of memory; what is dropped is counted, and told when it takes again", (t) => {
    const end = otherEnd(t);
    end.takes(0);
    const line = `${"x".repeat(99)}\n`;
    for (let i = 0; i < 100_000; i++) {
      end.destination.write(line);
      if (i % 1000 === 0) end.pass(50);
    }
    const { dropped } = end.destination;
    assert.ok(dropped > 85_000 && dropped < 90_000, `${dropped}`);
    end.takes(Number.POSITIVE_INFINITY);
    end.pass(5000);
    assert.deepEqual(end.dropped, [dropped]);
    const lines = end.taken().split("\n").slice(0, -1);
    assert.equal(lines.at(-1), `${dropped} dropped`);
    assert.equal(lines.length, 100_000 - dropped + 1);
    assert.ok(lines.slice(0, -1).every((one) => one === line.trimEnd()));
  });

  for (const code of ["ENOSPC", "EPIPE", "EIO"]) {
    test(`${code}: what was under way is lost, what comes when it is over is written`, async (t) => {
      const end = otherEnd(t);
      end.fails(code);
      end.destination.write("lost\nlost too\n");
      end.pass(500);
      end.fails(undefined);
      end.destination.write("later\n");
      end.pass(500);
      assert.equal(end.taken(), "");
      end.pass(1000);
      assert.equal(end.taken(), "later\n2 dropped\n");
      assert.deepEqual(end.dropped, [2]);
    });
  }

  test("a line that a full disk tore is ended before the next one", (t) => {
    const end = otherEnd(t);
    end.takes(3);
    end.destination.write("torn here\nlost\n");
    end.pass(10);
    end.fails("ENOSPC");
    end.pass(100);
    end.destination.write("lost too\n");
    end.pass(1100);
    end.fails(undefined);
    end.takes(Number.POSITIVE_INFINITY);
    end.destination.write("later\n");
    end.pass(2000);
    assert.equal(end.taken(), "tor\nlater\n3 dropped\n");
  });

  test("a line of which only the end is missing is not counted as dropped", (t) => {
    const end = otherEnd(t);
    end.takes(5);
    end.destination.write("whole\n");
    end.pass(10);
    end.fails("ENOSPC");
    end.pass(100);
    end.fails(undefined);
    end.takes(Number.POSITIVE_INFINITY);
    end.destination.write("later\n");
    end.pass(2000);
    assert.equal(end.taken(), "whole\nlater\n");
  });

  test("flush waits for what is queued, but not for ever", async (t) => {
    const end = otherEnd(t);
    end.takes(0);
    end.destination.write("last words\n");
    let flushed = false;
    const promise = end.destination.flush(1000).then(() => {
      flushed = true;
    });
    end.pass(900);
    await Promise.resolve();
    assert.equal(flushed, false);
    end.pass(100);
    await promise;
    end.takes(100);
    end.destination.write("more\n");
    const second = end.destination.flush(1000);
    end.pass(100);
    await second;
    assert.equal(end.taken(), "last words\nmore\n");
  });
});
