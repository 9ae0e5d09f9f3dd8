import assert from "node:assert/strict";
import { test } from "node:test";
import { createRing, readRing, writeRing } from "../../src/dns/changed-rows.ts";

/** What is taken, at most so many. */
function taken(reader: ReturnType<typeof readRing>, limit: number): { readonly rows: [number, number][]; readonly more: boolean } {
  const rows: [number, number][] = [];
  const more = reader.take(limit, (space, row) => rows.push([space, row]));
  return { rows, more };
}

test("rows come in their order, when they are told, as often as they were noted", () => {
  const memory = createRing();
  const [writer, reader] = [writeRing(memory), readRing(memory)];
  writer.note(0, 7);
  assert.deepEqual(taken(reader, 10), { rows: [], more: false });
  writer.note(1, 0xffff_ffff);
  writer.note(0, 7);
  writer.tell();
  const rows = [
    [0, 7],
    [1, 0xffff_ffff],
    [0, 7],
  ];
  assert.deepEqual(taken(reader, 2), { rows: rows.slice(0, 2), more: true });
  assert.deepEqual(taken(reader, 2), { rows: rows.slice(2), more: false });
  assert.equal(reader.missed(), false);
});

test("what does not fit is missing, which is said once, and what comes later is there", () => {
  const memory = createRing();
  const [writer, reader] = [writeRing(memory), readRing(memory)];
  const capacity = 65_536;
  for (let row = 0; row < capacity + 5; row++) writer.note(0, row);
  writer.tell();
  assert.equal(reader.missed(), true);
  assert.equal(reader.missed(), false);
  const { rows, more } = taken(reader, 2 * capacity);
  assert.deepEqual([rows.length, rows.at(-1), more], [capacity, [0, capacity - 1], false]);
  writer.note(0, 9);
  writer.tell();
  assert.deepEqual(taken(reader, 10), { rows: [[0, 9]], more: false });
  assert.equal(reader.missed(), false);
});

test("who waits is woken", { timeout: 20_000 }, async () => {
  const memory = createRing();
  const [writer, reader] = [writeRing(memory), readRing(memory)];
  const waiting = reader.changed().then(() => taken(reader, 1).rows);
  writer.note(2, 3);
  writer.tell();
  assert.deepEqual(await waiting, [[2, 3]]);
});

test("a reader that comes anew goes on where the one before it was", () => {
  const memory = createRing();
  const writer = writeRing(memory);
  writer.note(0, 1);
  writer.note(0, 2);
  writer.tell();
  taken(readRing(memory), 1);
  assert.deepEqual(taken(readRing(memory), 9).rows, [[0, 2]]);
});
