import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concat, lowerCase, numberToText, substring } from "../../../src/config/class-expression/functions.ts";
import { type Node, readExpression } from "../../../src/config/class-expression/index.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { decide } from "../../../src/engine/dhcp4/decide.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import { describe } from "../../../src/engine/dhcp4/trace.ts";
import { createLeaseTable } from "../../../src/leases/dhcp4/table.ts";
import { equalBytes, NO_BYTES } from "../../../src/net/bytes.ts";
import type { Message, Option } from "../../../src/wire/dhcp4/message.ts";
import { optionValue } from "../../../src/wire/dhcp4/options.ts";
import { subOption } from "../../../src/wire/dhcp4/relay-agent-information.ts";
import { discover, relayInfo, u32 } from "../support/messages.ts";
import { ETH0, START } from "../support/server.ts";

/** A conversion that failed: nothing holds. */
class Failed extends Error {}

/** What an expression says, worked out from its form as it stands, without any preparation. */
function holds(node: Node, message: Message, classes: ReadonlySet<string>): boolean {
  switch (node.kind) {
    case "boolean":
      return node.value;
    case "option":
      return find(node.codes, message) !== undefined;
    case "member":
      return classes.has(node.name);
    case "not":
      return !holds(node.operand, message, classes);
    case "and":
      return node.operands.every((operand) => holds(operand, message, classes));
    case "or":
      return node.operands.some((operand) => holds(operand, message, classes));
    case "ifelse":
      return holds(holds(node.condition, message, classes) ? node.yes : node.no, message, classes);
    case "equal":
      return equalBytes(bytes(node.left, message, classes), bytes(node.right, message, classes)) !== node.negated;
    default:
      return assert.fail(node.kind);
  }
}

function bytes(node: Node, message: Message, classes: ReadonlySet<string>): Uint8Array {
  switch (node.kind) {
    case "bytes":
      return node.value;
    case "integer":
      return u32(node.value);
    case "option": {
      const value = find(node.codes, message) ?? NO_BYTES;
      return node.form === "hex" ? value : value.subarray(0, value.findLastIndex((byte) => byte !== 0) + 1);
    }
    case "field":
      return node.field === "mac" ? message.chaddr : u32(node.field === "giaddr" ? message.giaddr : assert.fail(node.field));
    case "substring":
      return substring(bytes(node.of, message, classes), node.start, node.length);
    case "concat":
      return concat(node.operands.map((operand) => bytes(operand, message, classes)));
    case "ifelse":
      return bytes(holds(node.condition, message, classes) ? node.yes : node.no, message, classes);
    case "convert": {
      const value = bytes(node.of, message, classes);
      if (node.to === "lcase") return lowerCase(value);
      const text = numberToText(value, 1, false);
      if (text === undefined) throw new Failed();
      return text;
    }
    default:
      return assert.fail(node.kind);
  }
}

function find([code, ...inner]: readonly number[], message: Message): Uint8Array | undefined {
  let value = optionValue(message, code ?? 0);
  for (const one of inner) value = value && subOption(value, one);
  return value;
}

/** The classes that a client is in, each expression by itself in the order of the file. */
function straightforward(
  classes: readonly { readonly name: string; readonly template: boolean; readonly node: Node }[],
  message: Message,
): string[] {
  const members: string[] = [];
  for (const { name, template, node } of classes) {
    try {
      const known = new Set(members);
      if (template ? bytes(node, message, known).length > 0 : holds(node, message, known)) members.push(name);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
    }
  }
  return members;
}

// Few values, so that comparisons often hold.
const CONSTANTS = ["'a'", "'ab'", "'abc'", "'b'", "'Ab'", "''", "0x0061", "0x61626364", "7", "10.0.0.2", "concat('a', 'b')", "'1'"];
const OPERANDS = [
  "option[60].hex",
  "option[60].text",
  "option[77].text",
  "option[61].hex",
  "relay4[1].hex",
  "option[43].option[2].option[1].hex",
  "substring(option[60].hex, 0, 1)",
  "substring(option[60].text, 1, all)",
  "substring(option[77].hex, 1, 2)",
  "substring(option[77].hex, -1, 1)",
  "lcase(option[60].hex)",
  "uint8totext(option[77].hex)",
  "pkt4.giaddr",
  "substring(pkt4.mac, 0, 1)",
];
const constant = fc.constantFrom(...CONSTANTS);

/** A condition about these operands; `classes` are those that it can ask about. */
function condition(operands: readonly string[], classes: number): fc.Arbitrary<string> {
  const operand = fc.constantFrom(...operands, ...(classes === 0 ? [] : ["ifelse(member('c0'), 'a', 'b')"]));
  const { node } = fc.letrec<{ node: string; leaf: string }>((tie) => ({
    leaf: fc.oneof(
      { weight: 6, arbitrary: fc.tuple(operand, fc.constantFrom("==", "==", "!="), constant).map((parts) => parts.join(" ")) },
      fc.tuple(constant, operand).map(([a, b]) => `${a} == ${b}`),
      fc.tuple(operand, operand).map(([a, b]) => `${a} == ${b}`),
      fc.tuple(constant, constant).map(([a, b]) => `${a} == ${b}`),
      fc.constantFrom("true", "false", "option[60].exists", "relay4[1].exists", "option[43].option[2].exists"),
      ...(classes === 0 ? [] : [fc.nat(classes - 1).map((i) => `member('c${i}')`)]),
    ),
    node: fc.oneof(
      { maxDepth: 3 },
      { weight: 3, arbitrary: tie("leaf") },
      fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(${a}) and (${b})`),
      fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(${a}) or (${b})`),
      tie("node").map((a) => `not (${a})`),
      fc.tuple(tie("node"), operand, operand, constant).map(([a, b, c, d]) => `ifelse(${a}, ${b}, ${c}) == ${d}`),
    ),
  }));
  return node;
}

// Few operands in one file, so that it has many constants for each.
const file = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.subarray(OPERANDS, { minLength: 1, maxLength: 4 }))
  .chain(([count, operands]) => fc.tuple(...Array.from({ length: count }, (_, i) => fc.tuple(fc.boolean(), condition(operands, i)))))
  .map((list) =>
    list.map(([template, text], i) => {
      const isTemplate = template && i % 7 === 3;
      return { name: `c${i}`, template: isTemplate, text: isTemplate ? `ifelse(${text}, option[60].hex, '')` : text };
    }),
  );

const value = fc.constantFrom("a", "ab", "abc", "Ab", "b", "a\0", "", "\0a", "abcd", "7").map((text) => new TextEncoder().encode(text));
const message = fc
  .record({
    // Some more than once: their values are joined.
    options: fc.array(fc.record({ code: fc.constantFrom(60, 77, 60, 77, 12), data: value }), { maxLength: 5 }),
    circuit: fc.option(value),
    nested: fc.option(value),
    giaddr: fc.constantFrom("10.0.0.2", "10.0.0.3"),
    mac: fc.constantFrom("61:00:00:00:00:01", "62:00:00:00:00:01"),
  })
  .map(({ options, circuit, nested, giaddr, mac }): Message => {
    const more: Option[] = [...options];
    if (nested !== null) more.push({ code: 43, data: relayInfo({ 2: relayInfo({ 1: nested }) }) });
    const relay = circuit === null ? {} : { relay: relayInfo({ 1: circuit }) };
    return discover({ id: "a", giaddr, mac, more, ...relay });
  });

test("classes evaluated together are those that each expression gives by itself", () => {
  fc.assert(
    fc.property(file, fc.array(message, { minLength: 1, maxLength: 5 }), (classes, messages) => {
      const v4 = classes.map(({ name, template, text }) => ({ name, template, assert: text }));
      const loaded = loadConfig(JSON.stringify({ client_classes: { v4 }, networks: { "10.0.0.0/24": {} } }), "x.json");
      assert.ok(loaded.ok, JSON.stringify(loaded));
      const { config } = loaded;
      const nodes = classes.map(({ name, template, text }) => {
        const result = readExpression(text, template ? "value" : "condition");
        assert.ok(result.ok);
        return { name, template, node: result.node };
      });
      const context = { decider: createDecider(config), leases: createLeaseTable(config), now: START, random: 0 };
      // One after the other: nothing of a message may remain for the next.
      for (const one of messages) {
        const told: string[] = [];
        const received = { message: one, interface: ETH0, source: 0, sourcePort: 67, destination: ETH0.address, serverPort: 67 };
        decide(context, received, (event) => void (event.rule === "classes" && told.push(describe(event))));
        assert.deepEqual(told, [straightforward(nodes, one).join(", ") || "none"]);
      }
    }),
    { numRuns: 300 },
  );
});
