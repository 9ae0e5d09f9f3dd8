import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type AnyNode, type ArrayExpression, type ObjectExpression, Parser, type Program } from "acorn";
import type { Path } from "./diagnostic.ts";
import { linesOf } from "./lines.ts";
import type { Locate, Position } from "./problems.ts";

/*
 * Where the parts of a configuration stand in the text of the module that makes it. What is written
 * out is found: objects and lists, below `defineConfig`, behind `as` and `satisfies`, in a constant
 * of the module, or spread into another. What is computed has no place of its own.
 */

const NOWHERE: Position = { line: 0, column: 0 };
const TypeScript = Parser.extend(tsPlugin());

/**
 * Finds paths of the default export in the text of a TypeScript or JavaScript module; line 0 where
 * the value is computed, and everywhere in a text that is not read here. Never throws.
 */
export function locateInModule(text: string): Locate {
  const program = parse(text);
  if ("problem" in program) return () => NOWHERE;
  const constants = constantsOf(program);
  const start = defaultExportOf(program);
  return (path, atKey) => {
    const offset = start && find(start, path, atKey, constants);
    return offset === undefined ? NOWHERE : positionOf(text, offset);
  };
}

/** What is wrong with the syntax of a module; undefined: it is not seen here. Never throws. */
export function syntaxProblemOf(text: string): (Position & { readonly message: string }) | undefined {
  const program = parse(text);
  return "problem" in program ? program.problem : undefined;
}

function parse(text: string): Program | { readonly problem: (Position & { readonly message: string }) | undefined } {
  try {
    return TypeScript.parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true, locations: true });
  } catch (error) {
    const { pos, message } = error as { readonly pos?: number; readonly message?: string };
    if (pos === undefined) return { problem: undefined };
    return { problem: { ...positionOf(text, pos), message: String(message).replace(/ \(\d+:\d+\)$/, "") } };
  }
}

function positionOf(text: string, offset: number): Position {
  const lines = linesOf(text.slice(0, offset));
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

type Constants = ReadonlyMap<string, AnyNode>;

/** The values of the constants at the top of the module, as they are written. */
function constantsOf({ body }: Program): Constants {
  const constants = new Map<string, AnyNode>();
  for (const statement of body) {
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type !== "VariableDeclaration" || declared.kind !== "const") continue;
    for (const { id, init } of declared.declarations) if (id.type === "Identifier" && init) constants.set(id.name, init);
  }
  return constants;
}

function defaultExportOf({ body }: Program): AnyNode | undefined {
  for (const statement of body) {
    if (statement.type === "ExportDefaultDeclaration") return statement.declaration as AnyNode;
    if (statement.type !== "ExportNamedDeclaration" || statement.source) continue;
    for (const { local, exported } of statement.specifiers) if (nameOf(exported) === "default") return local as AnyNode;
  }
  return undefined;
}

/** The object or list that an expression is; undefined: it is computed, or a single value. */
function written(node: AnyNode, constants: Constants): ObjectExpression | ArrayExpression | undefined {
  // A constant that is made of itself is never reached: the module could not be loaded.
  switch (node.type as string) {
    case "ObjectExpression":
    case "ArrayExpression":
      return node as ObjectExpression | ArrayExpression;
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "ParenthesizedExpression":
      return written((node as unknown as { readonly expression: AnyNode }).expression, constants);
  }
  if (node.type === "Identifier") {
    const value = constants.get(node.name);
    return value && written(value, constants);
  }
  const [argument] = node.type === "CallExpression" && nameOf(node.callee) === "defineConfig" ? node.arguments : [];
  return argument && written(argument as AnyNode, constants);
}

interface Place {
  readonly key: number | undefined;
  readonly value: AnyNode;
}

/** `absent`: the object is written out, and has no such key. */
function stepInto(node: AnyNode, part: string | number, constants: Constants): Place | "absent" | "computed" {
  const outer = written(node, constants);
  if (outer === undefined) return "computed";
  if (outer.type === "ArrayExpression") {
    const index = Number(part);
    if (outer.elements.slice(0, index + 1).some((element) => element?.type === "SpreadElement")) return "computed";
    const element = outer.elements[index];
    return element ? { key: undefined, value: element as AnyNode } : "absent";
  }
  // Of several with the same key the last one counts.
  for (const property of outer.properties.toReversed()) {
    if (property.type === "SpreadElement") {
      const found = stepInto(property.argument as AnyNode, part, constants);
      if (found !== "absent") return found;
      continue;
    }
    const name = property.computed ? literalOf(property.key as AnyNode) : nameOf(property.key);
    if (name === undefined) return "computed";
    if (name === String(part)) return { key: property.key.start, value: property.value as AnyNode };
  }
  return "absent";
}

/** Where a path stands, or what is closest around it when it is not there; undefined: computed. */
function find(start: AnyNode, path: Path, atKey: boolean, constants: Constants): number | undefined {
  let node = start;
  let offset = (written(start, constants) ?? start).start;
  for (const [depth, part] of path.entries()) {
    const next = stepInto(node, part, constants);
    if (next === "computed") return undefined;
    if (next === "absent") break;
    node = next.value;
    offset = next.key !== undefined && (atKey || depth < path.length - 1) ? next.key : node.start;
  }
  return offset;
}

function nameOf(node: { readonly type: string }): string | undefined {
  return node.type === "Identifier" ? (node as unknown as { readonly name: string }).name : literalOf(node as AnyNode);
}

function literalOf(node: AnyNode): string | undefined {
  if (node.type === "Literal") return String(node.value);
  return node.type === "TemplateLiteral" && node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? undefined) : undefined;
}
