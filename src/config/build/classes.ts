import { type ClassReference, classReferences, type ExpressionProblem, type Node, readExpression } from "../class-expression/index.ts";
import type { Classification, ClientClass, Guard, LeaseTime } from "../model/common.ts";
import type { OptionDictionary } from "../options/dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../options/values.ts";
import type { OptionsFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import { type ClassFile, type ClassNames, type ClassRules, classNames, isBuiltIn } from "./class-names.ts";
import { type Draft, evaluationOrder, lateness } from "./class-order.ts";

interface GuardFile {
  readonly class?: string | undefined;
  readonly deny_class?: string | undefined;
}

/** What a reservation says of classes. */
interface HostFile extends GuardFile {
  readonly classes?: readonly string[] | undefined;
}

interface Guarded {
  readonly guard?: Guard;
}

/** Where the classes of a protocol come from. */
export interface ClassSources<File extends ClassFile, Class extends ClientClass> {
  readonly rules: ClassRules;
  readonly files: readonly (File & { readonly options?: OptionsFile | undefined })[];
  /** Names of the classes that reservations put clients into. */
  readonly given: ReadonlySet<string>;
  /** Whether a hook puts clients into classes. */
  readonly givesClasses: boolean;
  readonly dictionary: OptionDictionary;
  /** Lease times of the top level, which those of a class go over. */
  readonly leaseTime: LeaseTime;
  /** Adds what a class of this protocol has besides. */
  readonly build: (file: File, facts: Omit<ClientClass, "leaseTime">, path: Path) => Class;
}

/** The client classes of a file while the rest of it is read. */
export interface ClassTable<Class extends ClientClass = ClientClass> {
  /** Who may use a network or a range; empty: everybody. */
  readonly guard: (file: GuardFile, path: Path) => Guarded;
  /**
   * Who a reservation is for, and which classes it puts its clients into. No class that depends on
   * the reservation of a client can stand in a guard here.
   */
  readonly ofReservation: (file: HostFile, path: Path) => Guarded & { readonly classes?: readonly number[] };
  /**
   * A value that the rest of the file makes from messages; undefined when it can't be read, which
   * is reported.
   */
  readonly valueOf: (expression: string, path: Path) => Node | undefined;
  /** Whether `valueOf` can read it, and whether there is a class of this name, if one is given. */
  readonly knows: (expression: string, className: string | undefined) => boolean;
  /** What the engine needs; undefined: nothing in the file is about classes. */
  readonly finish: () => Classification<Class> | undefined;
}

/**
 * Reads the classes of a protocol: every class, what it depends on, and in which order they have to
 * be evaluated.
 */
export function readClasses<File extends ClassFile, Class extends ClientClass>(
  sources: ClassSources<File, Class>,
  report: Report,
): ClassTable<Class> {
  const { rules, files, given, dictionary } = sources;
  const path = ["client_classes", rules.key];
  const names = classNames(files, rules);
  checkNames(files, rules, path, report);
  if (!sources.givesClasses) warnOfEmpty(files, names, given, path, report);
  const unknown = (place: Path, name: string, where: string): void =>
    report.error(place, `there is no class "${name}"${where}`, names.hintFor(name));

  const drafts = readDrafts(files, names, path, dictionary, report);
  const checkReferences = (references: readonly ClassReference[], place: Path): void => {
    for (const { name, at } of references) {
      if (names.numberOf(name) === undefined) unknown(place, name, ` (at character ${at + 1} of the expression)`);
    }
  };
  for (const { references, path: place } of drafts) checkReferences(references, place);
  const order = evaluationOrder(drafts, names, report);
  const isLate = lateness(order, names, given);
  const expressions = new Map(order.map(({ number, node }) => [number, node]));
  const classes = files.map((one, number): Class => {
    const place = [...path, number];
    const facts = {
      number,
      name: one.name,
      assert: one.assert,
      expression: expressions.get(number),
      template: one.template === true ? { spawned: names.spawnedBy(one.name) } : undefined,
      options: mergeOptions(NO_OPTIONS, readOptions(one.options, [...place, "options"], dictionary, report)),
    };
    return sources.build(one, facts, place);
  });

  const read = (name: string | undefined, place: Path): number | undefined => {
    const number = name === undefined ? undefined : names.numberOf(name);
    if (name !== undefined && number === undefined) unknown(place, name, "");
    return number;
  };
  const guard = (guarded: GuardFile, place: Path): Guarded => {
    const allowed = read(guarded.class, [...place, "class"]);
    const denied = read(guarded.deny_class, [...place, "deny_class"]);
    return allowed === undefined && denied === undefined ? {} : { guard: { allowed, denied } };
  };
  /**
   * Only what the file defines can be given to a client: of everything else the server knows itself
   * who is in it.
   */
  const readGiven = (name: string, place: Path): readonly number[] => {
    const number = names.numberOf(name);
    if (number === undefined) unknown(place, name, "");
    else if (number < files.length) return [number];
    else report.error(place, `the server itself decides who is in the class "${name}"`, "name a class of client_classes");
    return [];
  };
  return {
    guard,
    ofReservation: (host, place) => {
      for (const key of ["class", "deny_class"] as const) {
        const name = host[key];
        if (name === undefined || !isLate(name)) continue;
        const hint =
          "a client is KNOWN, or in one of the classes of a reservation, when it has one: use a class that does not depend on that";
        report.error([...place, key], `the class "${name}" depends on whether the client has a reservation`, hint);
      }
      const numbers = (host.classes ?? []).flatMap((name, i) => readGiven(name, [...place, "classes", i]));
      return numbers.length === 0 ? guard(host, place) : { ...guard(host, place), classes: numbers };
    },
    valueOf: (expression, place) => {
      const result = readExpression(expression, "value", dictionary);
      if (!result.ok) {
        reportExpression(result.problem, place, report);
        return undefined;
      }
      checkReferences(classReferences(result.node), place);
      return result.node;
    },
    knows: (expression, className) => {
      if (className !== undefined && names.numberOf(className) === undefined) return false;
      const result = readExpression(expression, "value", dictionary);
      return result.ok && classReferences(result.node).every(({ name }) => names.numberOf(name) !== undefined);
    },
    finish: () => {
      const { builtIns } = names;
      if (classes.length === 0 && builtIns.length === 0) return undefined;
      const inOrder = (drafts: readonly Draft[]): readonly Class[] => drafts.map(({ number }) => classes[number] as Class);
      const drop = classes.find(({ name }) => name === "DROP");
      return {
        classes,
        early: inOrder(order.filter(({ name }) => !isLate(name))),
        late: inOrder(order.filter(({ name }) => isLate(name))),
        builtIns,
        needsReservation: given.size > 0 || builtIns.some(({ kind }) => kind === "KNOWN" || kind === "UNKNOWN"),
        drop: drop?.number,
        leaseTime: sources.leaseTime,
      };
    },
  };
}

/** Names in `classes` of these reservations. */
export function classesGivenBy(...lists: readonly (readonly HostFile[] | undefined)[]): ReadonlySet<string> {
  return new Set(lists.flatMap((hosts) => hosts ?? []).flatMap((host) => host.classes ?? []));
}

function checkNames(files: readonly ClassFile[], rules: ClassRules, path: Path, report: Report): void {
  const known = new Map<string, Path>();
  for (const [i, { name, template, assert }] of files.entries()) {
    const place = [...path, i];
    const first = known.get(name);
    if (first !== undefined)
      report.error([...place, "name"], `there is another class "${name}"`, "a class has one expression: join the two with or", first);
    else if (isBuiltIn(name, rules))
      report.error([...place, "name"], `"${name}" is a class that the server itself defines`, "give it another name");
    if (template === true && assert === undefined)
      report.error(
        [...place, "template"],
        `the template "${name}" has no assert`,
        "give the value that tells its classes apart: assert: relay4[1].hex",
      );
    if (first === undefined) known.set(name, place);
  }
}

/** A class that nobody can be in has most likely lost its `assert`. */
function warnOfEmpty(files: readonly ClassFile[], names: ClassNames, given: ReadonlySet<string>, path: Path, report: Report): void {
  for (const [i, { name, assert, template }] of files.entries()) {
    if (assert !== undefined || template === true || given.has(name)) continue;
    if (names.templatesOf(name).length > 0) continue;
    report.warn([...path, i, "name"], `nobody is in the class "${name}"`, "give it an assert, or list it in the classes of a reservation");
  }
}

function readDrafts(
  files: readonly ClassFile[],
  names: ClassNames,
  path: Path,
  dictionary: OptionDictionary,
  report: Report,
): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const [number, { name, assert, template }] of files.entries()) {
    if (assert === undefined) continue;
    const place = [...path, number, "assert"];
    const [spawner] = names.templatesOf(name);
    if (spawner !== undefined)
      report.error(place, `the template "${spawner}" tells who is in the class "${name}"`, "leave out assert, or rename the class");
    const result = readExpression(assert, template === true ? "value" : "condition", dictionary);
    if (result.ok) drafts.push({ number, name, path: place, node: result.node, references: classReferences(result.node) });
    else reportExpression(result.problem, place, report);
  }
  return drafts;
}

function reportExpression({ message, offset, hint }: ExpressionProblem, place: Path, report: Report): void {
  report.error(place, `${message} (at character ${offset + 1} of the expression)`, hint);
}
