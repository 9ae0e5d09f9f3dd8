import type { ExpressionProblem, Node } from "./syntax.ts";

/**
 * What an expression gives: whether something holds, or a byte string. Numbers and addresses are
 * byte strings, as in Kea.
 */
export type ExpressionType = "condition" | "value";

/**
 * The first part of the expression that has the wrong type; undefined when it is of type `wanted`,
 * all through.
 */
export function checkType(node: Node, wanted: ExpressionType): ExpressionProblem | undefined {
  const own = expect(node, typeOf(node), wanted);
  switch (node.kind) {
    case "ifelse":
      return checkType(node.condition, "condition") ?? firstProblem([node.yes, node.no], wanted);
    case "not":
      return own ?? checkType(node.operand, "condition");
    case "and":
    case "or":
      return own ?? firstProblem(node.operands, "condition");
    case "concat":
      return own ?? firstProblem(node.operands, "value");
    case "equal":
      return own ?? firstProblem([node.left, node.right], typeOf(node.left));
    case "substring":
    case "convert":
      return own ?? checkType(node.of, "value");
    case "split":
      return own ?? firstProblem([node.of, node.delimiters], "value");
    case "hexstring":
      return own ?? firstProblem([node.of, node.separator], "value");
    default:
      return own;
  }
}

function firstProblem(nodes: readonly Node[], wanted: ExpressionType): ExpressionProblem | undefined {
  for (const node of nodes) {
    const problem = checkType(node, wanted);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The type that an expression has if its parts fit. */
export function typeOf(node: Node): ExpressionType {
  if (node.kind === "ifelse") return typeOf(node.yes);
  if (node.kind === "option" || node.kind === "vendor") return node.form === "exists" ? "condition" : "value";
  return CONDITIONS.has(node.kind) ? "condition" : "value";
}

const CONDITIONS: ReadonlySet<Node["kind"]> = new Set(["boolean", "member", "vendorClass", "not", "and", "or", "equal"] as const);

const HINTS: Record<ExpressionType, string> = {
  condition: "compare the value: option[60].hex == 'abc'; or ask whether it is there: option[60].exists",
  value: "ifelse(condition, 'yes', 'no') makes a value of a condition",
};

function expect(node: Node, type: ExpressionType, wanted: ExpressionType): ExpressionProblem | undefined {
  if (type === wanted) return undefined;
  return { offset: node.at, message: `expected a ${wanted}, got a ${type}`, hint: HINTS[wanted] };
}
