import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIdentifier } from "../../src/config/text/identifier.ts";
import { toHex } from "../../src/net/bytes.ts";
import { shortened, shortList } from "../../src/server/shortened.ts";

test("of long bytes the log has the first 64, and an ellipsis", () => {
  const bytes = new Uint8Array(60_000).fill(0x61);
  assert.deepEqual(
    [shortened(bytes.subarray(0, 64), toHex), shortened(bytes, toHex), shortened(bytes, formatIdentifier)],
    ["61".repeat(64), `${"61".repeat(64)}…`, `'${"a".repeat(64)}'…`],
  );
});

test("of a long list it has the first 16, and how many more there are", () => {
  const texts = Array.from({ length: 2000 }, (_, i) => String(i));
  assert.deepEqual([shortList(texts.slice(0, 3)), shortList(texts)], ["0, 1, 2", `${texts.slice(0, 16).join(", ")} and 1984 more`]);
});
