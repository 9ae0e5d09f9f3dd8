import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Json, readDocument } from "../../../../src/config/import/kea/json.ts";
import { plainOf } from "../../../../src/config/import/kea/section.ts";
import { filesOf } from "./support.ts";

const read = (text: string, files = filesOf()) => readDocument(text, "kea.conf", files);

test("texts that Kea takes", () => {
  const cases: readonly [text: string, value: unknown][] = [
    ['{ "a": 1, "b": [true, null, "x"], "c": { } }', { a: 1, b: [true, null, "x"], c: {} }],
    ['{ "a": [1, 2,], "b": -1.5e2, }', { a: [1, 2], b: -150 }],
    ['# one\n// two\n/* three\n * four */ { "a": /* in */ "\\u0041\\n\\"" } # end', { a: 'A\n"' }],
    ['\ufeff{ "http://x": "// no comment" }', { "http://x": "// no comment" }],
  ];
  for (const [text, value] of cases) {
    const { root, findings } = read(text);
    assert.deepEqual([findings, root && plainOf(root)], [[], value], text);
  }
});

test("texts that can't be read, with the place", () => {
  const cases: readonly [text: string, place: string, message: string][] = [
    ["", "1:1", "expected a value, got the end of the file"],
    ["[]", "1:1", 'expected a map: { "Dhcp4": { ... } }'],
    ['{\n "a": 1\n "b": 2 }', "3:2", 'expected , or }, got the text "b"'],
    ['{ "a" 1 }', "1:7", 'expected : behind the key "a", got 1'],
    ["{ a: 1 }", "1:3", "expected a key in double quotes, got a"],
    ['{ "a": yes }', "1:8", "unexpected yes: text stands in double quotes"],
    ['{ "a": "x\n" }', "1:8", "the string has no closing quote on its line"],
    ["{ /* ", "1:3", "the comment has no end"],
    ["{ } }", "1:5", "the file goes on after its end"],
    ['{ "a": @ }', "1:8", 'not valid JSON: unexpected "@"'],
    ['{\n"a": 1,\n"a": 2 }', "3:1", 'the key "a" is given twice: it stands on line 2 already'],
    ['{ "a": <?include "gone"?> }', "1:8", "gone can't be included: there is no such file"],
    [`{ "a": ${"[".repeat(200)} }`, "1:107", "it is nested too deeply"],
  ];
  for (const [text, place, message] of cases) {
    const [finding] = read(text).findings;
    assert.deepEqual([`${finding?.origin.line}:${finding?.origin.column}`, finding?.message], [place, message], text);
  }
});

test("strings of any length, which end on their line", () => {
  const long = "x".repeat(20_000_000);
  const { root, findings } = read(`{ "a": "${long}\\"" }`);
  assert.deepEqual(
    [findings, root?.entries.get("a")?.value],
    [[], { kind: "scalar", at: { file: "kea.conf", line: 1, column: 8 }, value: `${long}"` }],
  );
  for (const text of ['{ "a": "x', '{ "a": "x\\', '{ "a": "x\\\n" }', '{ "a": "\u0007" }'])
    assert.equal(read(text).findings[0]?.message, "the string has no closing quote on its line", text);
});

test("files that are included stand where they are named", () => {
  const files = filesOf({
    "inner.json": '# inner\n"b": [ <?include "deep.json"?> ]',
    "deep.json": "1, 2",
    "self.json": '<?include "self.json"?>',
  });
  const { root, findings, sources } = read('{ "a": 1,\n <?include "inner.json"?> }', files);
  assert.deepEqual([findings, root && plainOf(root)], [[], { a: 1, b: [1, 2] }]);
  assert.deepEqual(root?.entries.get("b")?.at, { file: "inner.json", line: 2, column: 1 });
  assert.deepEqual(root?.entries.get("b")?.comment, ["inner"]);
  assert.deepEqual([...sources.keys()], ["kea.conf", "inner.json", "deep.json"]);
  assert.equal(read('{ <?include "self.json"?> }', files).findings[0]?.message, "self.json includes itself");
});

test("comments belong to what they stand at", () => {
  const text = `// header
{
  # above
  "a": 1, // behind
  /* block
   * of two */
  "b": [ // at the list
    // item
    2, # two
    3
    // rest
  ] // end
}`;
  const { root, header } = read(text);
  const at = (key: string) => ({ comment: root?.entries.get(key)?.comment, behind: root?.entries.get(key)?.behind });
  const list = root?.entries.get("b")?.value as Extract<Json, { kind: "list" }>;
  assert.deepEqual(header, ["header"]);
  assert.deepEqual(at("a"), { comment: ["above"], behind: "behind" });
  assert.deepEqual(at("b"), { comment: ["block", "of two"], behind: "at the list end" });
  assert.deepEqual(
    list.items.map(({ comment, behind }) => ({ comment, behind })),
    [
      { comment: ["item"], behind: "two" },
      { comment: [], behind: undefined },
    ],
  );
  assert.deepEqual(list.rest, ["rest"]);
});

test("any JSON is read as it is, any text without an exception", () => {
  const json = fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.jsonValue({ maxDepth: 3 }),
  );
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value, undefined, 1);
      const { root } = read(text);
      assert.deepEqual(root && plainOf(root), JSON.parse(text));
    }),
    { numRuns: 100 },
  );
  const piece = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "a", "\\", "#", "//", "/*", "*/", "\n", "1", "<?include");
  fc.assert(
    fc.property(fc.array(piece), (pieces) => void read(pieces.join(""))),
    { numRuns: 300 },
  );
});
