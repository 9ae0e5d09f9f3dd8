import type { BuiltInClass, SpawnedClass } from "../model/common.ts";
import { fewSuggestions, type Names } from "../text/suggest.ts";

const VENDOR_CLASS = "VENDOR_CLASS_";
const SPAWN = "SPAWN_";

/** How the server makes classes itself in a protocol. */
export interface ClassRules {
  /** The key of the protocol's classes in `client_classes`. */
  readonly key: "v4" | "v6";
  /** Besides those named after the vendor class. */
  readonly builtIn: readonly ("ALL" | "KNOWN" | "UNKNOWN" | "BOOTP")[];
}

/** What names a class in a file. */
export interface ClassFile {
  readonly name: string;
  readonly assert?: string | undefined;
  readonly template?: boolean | undefined;
}

/**
 * The names of classes, and the numbers that they go by. A class that the server makes itself gets
 * one when the file first names it.
 */
export interface ClassNames {
  /** Number of a class; undefined when there is none of this name. */
  readonly numberOf: (name: string) => number | undefined;
  /** What a name that does not exist may have been meant to be. */
  readonly hintFor: (name: string) => string;
  /**
   * Templates that can spawn a class of this name: more than one when the name of one begins with
   * that of another.
   */
  readonly templatesOf: (name: string) => readonly string[];
  /** The classes that the file knows of a template: a list that grows while the file is read. */
  readonly spawnedBy: (template: string) => readonly SpawnedClass[];
  /**
   * What the server makes itself, as far as the file names it. Numbers follow those of the file's
   * classes.
   */
  readonly builtIns: readonly BuiltInClass[];
}

export function classNames(files: readonly ClassFile[], rules: ClassRules): ClassNames {
  const numbers = new Map<string, number>();
  const templates = new Map<string, SpawnedClass[]>();
  const builtIns: BuiltInClass[] = [];
  const suggest = fewSuggestions();
  const own = rules.builtIn as readonly string[];
  const known: Names = {
    has: (name) => numbers.has(name) || own.includes(name),
    *[Symbol.iterator]() {
      yield* own;
      yield* numbers.keys();
    },
  };
  const templatesOf = (name: string): readonly string[] =>
    name.startsWith(SPAWN) ? [...templates.keys()].filter((template) => valueIn(name, template) !== "") : [];
  const learnSpawned = (name: string, number: number): void => {
    for (const template of templatesOf(name))
      templates.get(template)?.push({ value: new TextEncoder().encode(valueIn(name, template)), number });
  };
  const makeBuiltIn = (name: string): number | undefined => {
    const number = files.length + builtIns.length;
    const kind = rules.builtIn.find((own) => own === name);
    if (kind !== undefined) builtIns.push({ number, name, kind });
    else if (isBuiltIn(name, rules)) {
      builtIns.push({ number, name, kind: "VENDOR_CLASS", vendorClass: new TextEncoder().encode(name.slice(VENDOR_CLASS.length)) });
    } else if (templatesOf(name).length > 0) {
      builtIns.push({ number, name, kind: "SPAWNED" });
      learnSpawned(name, number);
    } else return undefined;
    numbers.set(name, number);
    return number;
  };
  for (const { name, template } of files) if (template === true) templates.set(name, []);
  for (const [i, { name }] of files.entries()) {
    if (numbers.has(name) || isBuiltIn(name, rules)) continue;
    numbers.set(name, i);
    learnSpawned(name, i);
  }
  return {
    numberOf: (name) => numbers.get(name) ?? makeBuiltIn(name),
    hintFor: (name) => {
      if (name === "DROP") return "add {name: DROP} to client_classes";
      const close = suggest(name, known);
      if (close !== undefined) return close;
      return name.startsWith(SPAWN)
        ? "SPAWN_name_value is of the class name with template: true"
        : `classes are defined in client_classes: {${rules.key}: [{name, assert}]}`;
    },
    templatesOf,
    spawnedBy: (template) => templates.get(template) ?? [],
    builtIns,
  };
}

/** Whether the server itself decides who is in a class of this name. */
export function isBuiltIn(name: string, { builtIn }: ClassRules): boolean {
  return (builtIn as readonly string[]).includes(name) || (name.startsWith(VENDOR_CLASS) && name.length > VENDOR_CLASS.length);
}

/** The value that spawns a class of this name from the template; empty when none does. */
function valueIn(name: string, template: string): string {
  const start = `${SPAWN}${template}_`;
  return name.startsWith(start) ? name.slice(start.length) : "";
}
