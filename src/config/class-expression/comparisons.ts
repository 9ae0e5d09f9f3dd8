import { constantBytes } from "./fold.ts";
import { classReferences } from "./references.ts";
import type { Node } from "./syntax.ts";

/** A comparison of something in the message with a constant. */
export interface Comparison {
  /** The same text for the same operand. */
  readonly key: string;
  readonly operand: Node;
  readonly constant: Uint8Array;
}

/**
 * Comparisons of which at least one holds whenever the condition does: none for one that never
 * holds. Undefined: there are no such. Of those that an `and` has to choose from, `better` tells
 * which.
 */
export function necessaryComparisons(
  node: Node,
  better: (a: readonly Comparison[], b: readonly Comparison[]) => boolean,
): readonly Comparison[] | undefined {
  switch (node.kind) {
    case "boolean":
      return node.value ? undefined : [];
    case "equal": {
      const comparison = node.negated ? undefined : (comparisonOf(node.left, node.right) ?? comparisonOf(node.right, node.left));
      return comparison && [comparison];
    }
    case "and": {
      let best: readonly Comparison[] | undefined;
      for (const operand of node.operands) {
        const own = necessaryComparisons(operand, better);
        if (own !== undefined && (best === undefined || better(own, best))) best = own;
      }
      return best;
    }
    case "or": {
      const all: Comparison[] = [];
      for (const operand of node.operands) {
        const own = necessaryComparisons(operand, better);
        if (own === undefined) return undefined;
        all.push(...own);
      }
      return all;
    }
    default:
      return undefined;
  }
}

/** Every comparison with a constant that stands in an `and` or `or` of the condition. */
export function comparisonsIn(node: Node): readonly Comparison[] {
  if (node.kind === "and" || node.kind === "or") return node.operands.flatMap(comparisonsIn);
  return node.kind === "equal" ? (necessaryComparisons(node, () => false) ?? []) : [];
}

/** What depends on classes is known only after those. */
function comparisonOf(operand: Node, other: Node): Comparison | undefined {
  const constant = constantBytes(other);
  if (constant === undefined || classReferences(operand).length > 0) return undefined;
  const key = JSON.stringify(operand, (name, value: unknown) => (name === "at" ? undefined : value));
  return { key, operand, constant };
}
