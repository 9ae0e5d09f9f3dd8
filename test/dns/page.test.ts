import assert from "node:assert/strict";
import { test } from "node:test";
import { pageOf } from "../../src/dns/page.ts";

const NAMES = Array.from({ length: 5000 }, (_, i) => `host-${String((i * 3571) % 5000).padStart(4, "0")}.lan`);

for (const limit of [1, 7, 1000, 4999, 5000, 6000])
  test(`pages of ${limit} names are all names, each once and in their order`, async () => {
    const pages: string[] = [];
    // With pages of one name the first are enough.
    for (let count = 0; count < Math.min(5000, limit * 50); ) {
      const page = await pageOf(NAMES, pages.at(-1) ?? "", limit);
      assert.ok(page.length <= limit);
      if (page.length === 0) break;
      pages.push(...page);
      count = pages.length;
    }
    assert.deepEqual(pages, [...NAMES].sort().slice(0, pages.length));
    assert.equal(pages.length, Math.min(5000, limit * 50));
  });

test("a page behind the last name is empty", async () => {
  assert.deepEqual(await pageOf(NAMES, "z", 10), []);
  assert.deepEqual(await pageOf([], "", 10), []);
});
