import { equalBytes } from "../../net/bytes.ts";
import { writeIpv4 } from "../../net/ipv4.ts";
import { concat } from "./functions.ts";
import { mapParts } from "./references.ts";
import type { Node } from "./syntax.ts";

/**
 * The same expression, with what does not depend on the message worked out. Conversions stay, for
 * they can fail.
 */
export function fold(node: Node): Node {
  const folded = mapParts(node, fold);
  const { at } = folded;
  switch (folded.kind) {
    case "not":
      return folded.operand.kind === "boolean" ? { kind: "boolean", at, value: !folded.operand.value } : folded;
    case "and":
    case "or":
      return foldChain(folded.kind, at, folded.operands);
    case "concat": {
      const parts = folded.operands.map(constantBytes);
      return parts.every((part) => part !== undefined) ? { kind: "bytes", at, value: concat(parts) } : folded;
    }
    case "equal": {
      const left = constantBytes(folded.left);
      const right = constantBytes(folded.right);
      if (left === undefined || right === undefined) return folded;
      return { kind: "boolean", at, value: equalBytes(left, right) !== folded.negated };
    }
    case "ifelse": {
      if (folded.condition.kind !== "boolean") return folded;
      return folded.condition.value ? folded.yes : folded.no;
    }
    default:
      return folded;
  }
}

/** The bytes of a literal; undefined for everything else. */
export function constantBytes(node: Node): Uint8Array | undefined {
  if (node.kind === "bytes") return node.value;
  if (node.kind !== "integer") return undefined;
  const bytes = new Uint8Array(4);
  writeIpv4(bytes, 0, node.value);
  return bytes;
}

/**
 * Without what changes nothing, and nothing behind what decides. What stands before that stays: a
 * conversion in it that fails makes the whole expression false.
 */
function foldChain(kind: "and" | "or", at: number, all: readonly Node[]): Node {
  const neutral = kind === "and";
  const operands: Node[] = [];
  for (const operand of all) {
    if (operand.kind === "boolean" && operand.value === neutral) continue;
    operands.push(operand);
    if (operand.kind === "boolean") break;
  }
  const [only] = operands;
  if (only === undefined) return { kind: "boolean", at, value: neutral };
  return operands.length === 1 ? only : { kind, at, operands };
}
