import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { locateInModule, syntaxProblemOf } from "../../../src/config/text/module-source.ts";

/** The text from the place of a path on, to the end of its line; undefined: it has no place. */
function placeOf(text: string, path: readonly (string | number)[], atKey = false): string | undefined {
  const { line, column } = locateInModule(text)(path, atKey);
  return line === 0 ? undefined : text.split("\n")[line - 1]?.slice(column - 1);
}

describe("the places of a configuration in the module that makes it", () => {
  const FOUND: readonly (readonly [what: string, text: string, path: readonly (string | number)[], place: string])[] = [
    ["an object", 'export default {\n  a: { b: "x" },\n};', ["a", "b"], '"x" },'],
    ["a list", "export default { a: [1,\n 2, { b: 3 }] };", ["a", 2, "b"], "3 }] };"],
    ["below defineConfig", 'import { defineConfig } from "leasehold/config";\nexport default defineConfig({ a: 1 });', ["a"], "1 });"],
    ["behind types", "export default (<any>{ a: { b: 1 as const } as X } satisfies Y)!;", ["a", "b"], "1 as const } as X } satisfies Y)!;"],
    ["in constants", "const c: Config = { a };\nconst a = { b: 1 };\nexport { c as default };", ["a", "b"], "1 };"],
    ["in an exported constant", "export const a = { b: 1 };\nexport default { a };", ["a", "b"], "1 };"],
    ["spread", "const base = { a: 1, b: 2 };\nexport default { ...base, a: 3 };", ["b"], "2 };"],
    ["over what is spread", "const base = { a: 1, b: 2 };\nexport default { ...base, a: 3 };", ["a"], "3 };"],
    ["under what is spread", "const base = { a: 1 };\nexport default { a: 3, ...base };", ["a"], "1 };"],
    [
      "quoted, computed and template keys",
      'export default { "a b": { ["c"]: { [`d`]: { 5: 1 } } } };',
      ["a b", "c", "d", "5"],
      "1 } } } };",
    ],
    ["what is missing in an object, as in YAML", "export default { a: { b: 1 } };", ["a", "c"], "a: { b: 1 } };"],
    ["what is missing in a list", "export default { a: [1] };", ["a", 3], "a: [1] };"],
    ["the whole", "#!/usr/bin/env node\nexport default { a: 1 };", [], "{ a: 1 };"],
    ["behind a CR that ends no line", "/* x\ry */\nexport default {\n  a: 1 };", ["a"], "1 };"],
    ["lines that end in CR LF", "const x = 1;\r\nexport default {\r\n  a: 1 };", ["a"], "1 };"],
  ];
  for (const [what, text, path, place] of FOUND) test(what, () => assert.equal(placeOf(text, path), place));

  test("keys", () => {
    const text = "export default { a: { b: 1 } };";
    assert.equal(placeOf(text, ["a", "b"], true), "b: 1 } };");
    assert.equal(placeOf(text, ["a", "c"], true), "a: { b: 1 } };");
  });

  const COMPUTED: readonly (readonly [what: string, text: string, path: readonly (string | number)[]])[] = [
    ["a call", "export default { a: make() };", ["a", "b"]],
    ["the whole", "export default make();", ["a"]],
    ["a condition", "export default { a: x ? { b: 1 } : { b: 2 } };", ["a", "b"]],
    ["another module", 'import { a } from "./a.ts";\nexport default { a };', ["a", "b"]],
    ["spread of something computed, which may have it", "export default { a: 1, ...make() };", ["a"]],
    ["a computed key, which may be it", "export default { a: 1, [key]: 2 };", ["a"]],
    ["a list behind a spread", "export default { a: [...make(), 1] };", ["a", 1]],
    ["a variable", "let a = { b: 1 };\na = { b: 2 };\nexport default { a };", ["a", "b"]],
    ["no default export", "export const a = 1;", ["a"]],
    ["no module", "export default {", ["a"]],
  ];
  for (const [what, text, path] of COMPUTED) test(`none where it is computed: ${what}`, () => assert.equal(placeOf(text, path), undefined));

  test("a computed value itself stands where it is computed", () => {
    assert.equal(placeOf("export default { a: make() };", ["a"]), "make() };");
  });

  test("what is no TypeScript has a place", () => {
    assert.deepEqual(syntaxProblemOf("export default {\n  a: 1 b };"), { line: 2, column: 8, message: "Unexpected token" });
    assert.equal(syntaxProblemOf("export default { a: 1 } as const;"), undefined);
  });
});
