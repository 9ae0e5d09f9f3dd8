import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { END, OptionCode, PAD } from "../../src/wire/dhcp4/option-code.ts";
import { OPTIONS } from "../../src/wire/dhcp4/option-table.ts";
import { OptionCode as OptionCode6 } from "../../src/wire/dhcp6/option-code.ts";
import { OPTIONS as OPTIONS6 } from "../../src/wire/dhcp6/option-table.ts";
import { codeOf } from "../support/source-text.ts";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));
/**
 * The table itself, and what is about the codes of something else: errors of the system,
 * sub-options, service parameters.
 */
const OTHERS = [
  // Those of an enterprise, by the names that Kea has for them.
  "config/import/kea/vendor-options.ts",
  "wire/dhcp4/option-table.ts",
  "wire/dhcp4/sub-options.ts",
  "wire/dhcp4/relay-agent-information.ts",
  "wire/dhcp6/option-table.ts",
  "wire/dhcp6/sub-options.ts",
];

/** What a number is given to, or compared with, as the code of an option. */
const SPELLED = [
  /\b(?:option(?:Values?|Ipv4|U8|U16|U32|ByCode)|hasOption)\((?:[\w.]+, )?(\d+)\)/,
  /\biaOption\((\d+)\b/,
  /\b(?:fixedLength|configuredOption|findBlock|offsetOfOption)\((?:[\w.]+, )?(\d+)\b/,
  /\b(?:code|option) (?:===|!==) (\d+)\b/,
  /\bcode: (\d+)\b/,
  /\bbyCode\.(?:get|has)\((\d+)\)/,
  /^ *\[(\d+), "/,
];
/** A constant or a property that has a name of the option, or one that is about options. */
const NAMED = /(?:\bconst |^ +)([A-Za-z_]+)(?::[^=]+)?(?: =|:) (\d+)[,;]/;

/** Pad and End are no options. */
const FRAMING: ReadonlySet<number> = new Set([PAD, END]);

const simple = (name: string): string => name.replaceAll("_", "").toLowerCase();

/**
 * Every name of an option of either protocol, in the tables and in the programs, with its codes.
 */
const CODES: ReadonlySet<string> = new Set([
  ...[...OPTIONS, ...OPTIONS6].flatMap(({ code, name, aliases }) => [name, ...aliases].map((one) => `${simple(one)} ${code}`)),
  ...[...Object.entries(OptionCode), ...Object.entries(OptionCode6)].map(([name, code]) => `${simple(name)} ${code}`),
]);

function spelledIn(source: string): string[] {
  return codeOf(source)
    .split("\n")
    .flatMap((line, i) => {
      const code = SPELLED.map((pattern) => pattern.exec(line)?.[1]).find((found) => found !== undefined && !FRAMING.has(Number(found)));
      const named = NAMED.exec(line);
      const isNamed = named !== null && CODES.has(`${simple(named[1] as string)} ${Number(named[2])}`);
      return code !== undefined || isNamed ? [`${i + 1}: ${line.trim()}`] : [];
    });
}

test("no file but the table spells the code of an option as a number", () => {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts") && !OTHERS.includes(path));
  assert.ok(files.length > 100);
  const spelled = files.flatMap((path) => spelledIn(readFileSync(`${SRC}/${path}`, "utf8")).map((where) => `src/${path}:${where}`));
  assert.deepEqual(spelled, []);
});

for (const line of [
  "const value = optionValue(message, 61);",
  "if (optionIpv4(exchange.message, 54) === undefined) return;",
  "const CLIENT_IDENTIFIER = 61;",
  "  requestedIpAddress: 50,",
  "export const RELAY_AGENT_INFORMATION: number = 82;",
  "const IA_NA = 3;",
  "if (hasOption(message.options, 14)) return;",
  "const [first] = optionValues(options, 25);",
  "return iaOption(3, iaid, t1, t2, leases);",
  "if (option.code !== 53) continue;",
  "return { code: 56, data };",
  "const definition = optionByCode(82);",
  '  [97, "the server repeats what the client sent"],',
]) {
  test(`that would find ${line.trim()}`, () => assert.equal(spelledIn(line).length, 1));
}

for (const line of ["if (length === 53) return;", "const LONGEST = 61;", "if (code === 0) continue;", "// optionValue(message, 61)"]) {
  test(`but not ${line}`, () => assert.deepEqual(spelledIn(line), []));
}
