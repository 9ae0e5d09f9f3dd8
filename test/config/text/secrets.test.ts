import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { maskedLine, withoutSecrets } from "../../../src/config/text/secrets.ts";

describe("secrets are not told", () => {
  const cases: readonly (readonly [name: string, text: string, told: string])[] = [
    ["in a line of YAML", "token: abc def\nrole: read", 'token: "(removed)"\nrole: read'],
    ["in quotes", 'token: "a\\"b, c}"\nx: 1', 'token: "(removed)"\nx: 1'],
    ["in single quotes", "secret: 'it''s, so'\nx: 1", 'secret: "(removed)"\nx: 1'],
    ["in braces", "tokens: [{token: abc, role: read}]", 'tokens: [{token: "(removed)", role: read}]'],
    ["in JSON", '{"secret": "abc", "a": 1}', '{"secret": "(removed)", "a": 1}'],
    ["in a block", "tsig:\n  data: |\n    abc\n    def\n  algorithm: x", "tsig:\n  data: |\n    (removed)\n  algorithm: x"],
    [
      "in a block of a list",
      "tokens:\n  - token: >-\n      abc\n    role: read",
      "tokens:\n  - token: >-\n      (removed)\n    role: read",
    ],
    ["with what would end it in braces", "- secret: a,b}c\n  retry: 1m", '- secret: "(removed)"\n  retry: 1m'],
    ["on more than one line", "secret: abc\n  def\nx: 1", 'secret: "(removed)"\nx: 1'],
    ["on the next line", "  token: # mine\n\n    abc\n    def\n  role: read", '  token: "(removed)"\n  role: read'],
    ["of dhcpd", "key k { algorithm hmac-md5; secret pRP5FapFoJ95JEL06sv4PQ==; };", "key k { algorithm hmac-md5; secret (removed); };"],
    ["in a URL", "url: postgres://dhcp:pa:ss@db/leases", "url: postgres://dhcp:(removed)@db/leases"],
    ["in a module", 'events: [{ webhook: { url: u, secret: "abc" } }]', 'events: [{ webhook: { url: u, secret: "(removed)" } }]'],
    ["with what would end it in braces", "secret: abc,def}ghi #1\nx: 1", 'secret: "(removed)"\nx: 1'],
    ["in a line that ends in CR LF", "secret: abc,def}ghi\r\n  jkl\r\nx: 1\r\n", 'secret: "(removed)"\nx: 1\n'],
    ["with a CR, which ends no line", "secret: abc,def\rghi\nx: 1", 'secret: "(removed)"\nx: 1'],
    ["in the lines below", "- secret:\n    abc\n    def\n  x: 1", '- secret: "(removed)"\n  x: 1'],
    ["in the line below, in quotes", '{"secret":\n  "abc",\n  "x": 1}', '{"secret":\n  "(removed)",\n  "x": 1}'],
    ["in a template", "{ token: `a,b`, x: 1 }", '{ token: "(removed)", x: 1 }'],
    ["in an expression", 'const token = process.env.T ?? "a, b";\nconst x = 1;', 'const token = "(removed)"\nconst x = 1;'],
    ["without the quote that ends it", '{ token: "abc\nx: 1', '{ token: "(removed)"\nx: 1'],
    ["in the query of a URL", 'url: "https://a.example/x?key=abc&y=1"', 'url: "https://a.example/x?(removed)"'],
    ["in an argument", "run: [/bin/x, --api-token, abc]", "run: [/bin/x, --api-token, (removed)]"],
  ];
  for (const [name, text, told] of cases) test(name, () => assert.equal(withoutSecrets(text), told));

  test("what is none is told: files of secrets, keys of limits, comments", () => {
    const text = 'token_file: /etc/token\nlimits: [{key: "relay4[1].hex", max: 2}] # a token\ntokens: []\ntokens:\n  - {role: read}\n';
    assert.equal(withoutSecrets(text), text);
  });

  const lines: readonly (readonly [line: string, shown: string])[] = [
    ["  - secret: ab,cd", "  - secret: *****"],
    ['tokens: [{token: "ab", role: x}]', "tokens: [{token: ****, role: x}]"],
    ["  - secret: ab,c\rd", "  - secret: ******"],
    ["url: http://a:bc@d/?e=f", "url: http://a:**@d/?***"],
    ['{"code": 6, "data": "10.0.0.1", "secret": "x"}', '{"code": 6, "data": "10.0.0.1", "secret": ***}'],
    ["ranges: [{range: 10.0.0.1-10.0.0.9}]", "ranges: [{range: 10.0.0.1-10.0.0.9}]"],
  ];
  for (const [line, shown] of lines) test(`in the line of a mistake: ${shown}`, () => assert.equal(maskedLine(line), shown));

  test("data is a secret in keys of TSIG, and where they are named", () => {
    for (const [line, ofKeys, shown] of [
      ["data: c2VjcmV0", true, "data: ********"],
      ["data: 10.0.0.1", false, "data: 10.0.0.1"],
      ["k: {algorithm: hmac-sha1, data: c2VjcmV0}", false, "k: {algorithm: hmac-sha1, data: ********}"],
      ["ddns: {tsig_keys: {k: {data: 'c2V', x: 1}}}", false, "ddns: {tsig_keys: {k: {data: *****, x: 1}}}"],
    ] as const)
      assert.equal(maskedLine(line, ofKeys), shown);
  });
});
