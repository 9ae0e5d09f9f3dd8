import type { Node } from "./syntax.ts";

/** A class that an expression asks about, and where in its text. */
export interface ClassReference {
  readonly name: string;
  readonly at: number;
}

/**
 * Every class that an expression depends on, wherever in it `member()`, `known` or `unknown`
 * stands.
 */
export function classReferences(node: Node): readonly ClassReference[] {
  return node.kind === "member" ? [{ name: node.name, at: node.at }] : partsOf(node).flatMap(classReferences);
}

/** What a node is made of. */
export function partsOf(node: Node): readonly Node[] {
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

/** The same node with other parts. */
export function mapParts(node: Node, change: (part: Node) => Node): Node {
  switch (node.kind) {
    case "not":
      return { ...node, operand: change(node.operand) };
    case "and":
    case "or":
    case "concat":
      return { ...node, operands: node.operands.map(change) };
    case "equal":
      return { ...node, left: change(node.left), right: change(node.right) };
    case "substring":
    case "convert":
      return { ...node, of: change(node.of) };
    case "split":
      return { ...node, of: change(node.of), delimiters: change(node.delimiters) };
    case "hexstring":
      return { ...node, of: change(node.of), separator: change(node.separator) };
    case "ifelse":
      return { ...node, condition: change(node.condition), yes: change(node.yes), no: change(node.no) };
    default:
      return node;
  }
}
