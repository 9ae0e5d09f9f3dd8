/** Class expressions: read once, checked, and made into functions of a message. */

import { STANDARD_DHCP4 } from "../options/dhcp4.ts";
import type { OptionDictionary } from "../options/dictionary.ts";
import { checkType, type ExpressionType } from "./check.ts";
import { parseExpression } from "./parser.ts";
import type { ExpressionProblem, Node } from "./syntax.ts";

export type { ExpressionType } from "./check.ts";
export {
  type ClassStage,
  type CompiledClass,
  type CompiledClassification,
  type CompiledTemplate,
  classNumberIn,
  compileClassification,
} from "./classification.ts";
export { compileCondition, compileValue } from "./compile.ts";
export { markCandidates } from "./condition-index.ts";
export { type Found, findOptions } from "./lookups.ts";
export type { Messages } from "./messages.ts";
export { type ClassReference, classReferences } from "./references.ts";
export type { ClassNumber, Condition, Subject, Value } from "./subject.ts";
export type { ExpressionProblem, Node } from "./syntax.ts";

export type ExpressionResult = { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly problem: ExpressionProblem };

/**
 * Reads and checks an expression of the wanted type, with the options that `dictionary` has names
 * for. Never throws, whatever the text.
 */
export function readExpression(text: string, wanted: ExpressionType, dictionary: OptionDictionary = STANDARD_DHCP4): ExpressionResult {
  const parsed = parseExpression(text, dictionary);
  if (!parsed.ok) return parsed;
  const problem = checkType(parsed.node, wanted);
  return problem === undefined ? parsed : { ok: false, problem };
}
