import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import type { ToldEvent } from "../../../src/server/events/event-object.ts";
import { until } from "../../store/support.ts";
import { newPath, problemsIn, setUp, sinkOf } from "./support.ts";

interface Reader {
  readonly told: ToldEvent[];
  readonly socket: Socket;
}

async function reader(t: TestContext, path: string, word?: string): Promise<Reader> {
  await until(() => {
    try {
      return statSync(path).isSocket();
    } catch {
      return false;
    }
  });
  const socket = connect(path);
  t.after(() => socket.destroy());
  const told: ToldEvent[] = [];
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) told.push(JSON.parse(line) as ToldEvent);
  });
  if (word !== undefined) socket.write(word);
  return { told, socket };
}

const numbers = ({ told }: Reader): readonly number[] => told.map(({ number }) => number);

describe("a socket of events", () => {
  test("gives a reader what nobody was given before, then what comes, and one that says where it was what is behind that", async (t) => {
    const setting = setUp(t);
    const path = newPath("e.sock");
    setting.start(sinkOf({ kind: "socket", listen: { path } }));
    await setting.give(0, 5);
    const one = await reader(t, path);
    await until(() => one.told.length === 5);
    assert.equal(statSync(path).mode & 0o777, 0o660);
    const two = await reader(t, path);
    const again = await reader(t, path, '{"after": 3}\nand more that is not heard\n');
    const odd = await reader(t, path, "x".repeat(5000));
    await until(() => again.told.length === 2);
    await setting.give(5, 7);
    await until(() => one.told.length === 7 && two.told.length === 2 && again.told.length === 4 && odd.told.length === 2);
    assert.deepEqual(
      [numbers(one), numbers(two), numbers(again)],
      [
        [1, 2, 3, 4, 5, 6, 7],
        [6, 7],
        [4, 5, 6, 7],
      ],
    );
    assert.deepEqual(
      again.told.map(({ after }) => after),
      [3, 4, 5, 6],
    );
  });

  test("a reader that does not read holds up nobody, and is told what is gone", async (t) => {
    const setting = setUp(t);
    const path = newPath("slow.sock");
    setting.start(sinkOf({ kind: "socket", listen: { path } }, { queue: 5000 }));
    const [stuck, quick] = [await reader(t, path), await reader(t, path)];
    stuck.socket.pause();
    for (let from = 0; from < 20_000; from += 5000) {
      await setting.give(from, from + 5000);
      await until(() => quick.told.length === from + 5000);
    }
    await until(() => setting.pruned.at(-1) === 15_000);
    await until(() => setting.status()?.kept === 5000);
    stuck.socket.resume();
    await until(() => stuck.told.at(-1)?.number === 20_000);
    assert.deepEqual(problemsIn(stuck.told).problems, []);
    const lost = stuck.told.find(({ kind }) => kind === "lost");
    assert.ok(lost !== undefined && lost.to === 15_000 && stuck.told.length < 20_000);
  });

  test("takes the place of one that a killed server has left, and waits where it can't", async (t) => {
    const setting = setUp(t);
    const [left, file] = [newPath("left.sock"), newPath("file.sock")];
    const old = createServer();
    await new Promise<void>((resolve) => old.listen(left, resolve));
    writeFileSync(file, "");
    setting.start(sinkOf({ kind: "socket", listen: { path: left } }), sinkOf({ kind: "socket", listen: { path: file } }));
    await setting.give(0, 1);
    await until(() => setting.logged.some((text) => text.includes("EADDRINUSE")));
    let one = await reader(t, left);
    // The old one may still be there at the first try.
    for (const end = Date.now() + 5000; one.told.length === 0 && Date.now() < end; one = await reader(t, left)) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (one.told.length > 0) break;
    }
    assert.deepEqual(numbers(one), [1]);
    old.close();
  });
});
