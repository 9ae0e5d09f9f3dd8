import type { Node } from "./syntax.ts";

/** A class that an expression asks about, and where in its text. */
export interface ClassReference {
  readonly name: string;
  readonly at: number;
}

/** Every class that an expression depends on, wherever in it `member()`, `known` or `unknown` stands. */
export function classReferences(node: Node): readonly ClassReference[] {
  return node.kind === "member" ? [{ name: node.name, at: node.at }] : partsOf(node).flatMap(classReferences);
}

function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "not":
      return [node.operand];
    case "and":
    case "or":
    case "concat":
      return node.operands;
    case "equal":
      return [node.left, node.right];
    case "substring":
    case "convert":
      return [node.of];
    case "split":
      return [node.of, node.delimiters];
    case "hexstring":
      return [node.of, node.separator];
    case "ifelse":
      return [node.condition, node.yes, node.no];
    default:
      return [];
  }
}
