import { type ClassReference, type Condition, classReferences, compileCondition, readExpression } from "./class-expression/index.ts";
import type { Node } from "./class-expression/syntax.ts";
import type { Path } from "./diagnostic.ts";
import { readLeaseTime } from "./lease-time.ts";
import type { BootFields, BuiltInClass, ClientClass, Config, Guard, LeaseTime } from "./model.ts";
import type { OptionDictionary } from "./option-dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "./options.ts";
import type { Report } from "./problems.ts";
import type { ClientClassFile } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

const VENDOR_CLASS = "VENDOR_CLASS_";
const BUILT_IN = ["ALL", "KNOWN", "UNKNOWN", "BOOTP"] as const;

/** The settings of the top level, which those of a class go over. */
interface TopLevel {
  readonly leaseTime: LeaseTime;
  readonly boot: BootFields;
}

interface GuardFile {
  readonly class?: string | undefined;
  readonly deny_class?: string | undefined;
}

interface Guarded {
  readonly guard?: Guard;
}

/** The client classes of a file while the rest of it is read. */
export interface ClassTable {
  /** Who may use a network or a range; empty: everybody. */
  readonly guard: (file: GuardFile, path: Path) => Guarded;
  /** Who a reservation is for. Whether a client is known follows from its reservation, so no class that depends on that can stand here. */
  readonly reservationGuard: (file: GuardFile, path: Path) => Guarded;
  /** What the engine needs; empty: nothing in the file is about classes. */
  readonly finish: () => Pick<Config, "classification">;
}

/** A class whose expression could be read, before the order is known. */
interface Draft {
  readonly number: number;
  readonly name: string;
  readonly path: Path;
  readonly node: Node;
  readonly references: readonly ClassReference[];
}

/** Reads `client_classes`: every class, what it depends on, and in which order they have to be evaluated. */
export function readClasses(files: readonly ClientClassFile[], top: TopLevel, dictionary: OptionDictionary, report: Report): ClassTable {
  const path = ["client_classes", "v4"];
  const numbers = new Map<string, number>();
  for (const [i, file] of files.entries()) {
    const place = [...path, i, "name"];
    if (numbers.has(file.name))
      report.error(place, `there is another class "${file.name}"`, "a class has one expression: join the two with or");
    else if (isBuiltIn(file.name)) report.error(place, `"${file.name}" is a class that the server itself defines`, "give it another name");
    else numbers.set(file.name, i);
  }
  const builtIns: BuiltInClass[] = [];
  const numberOf = (name: string): number | undefined => {
    const known = numbers.get(name);
    if (known !== undefined || !isBuiltIn(name)) return known;
    const number = files.length + builtIns.length;
    builtIns.push(builtInClass(number, name));
    numbers.set(name, number);
    return number;
  };
  const unknown = (place: Path, name: string, where: string): void => {
    const hint = didYouMean(name, [...numbers.keys(), ...BUILT_IN]) ?? "classes are defined in client_classes: {v4: [{name, assert}]}";
    report.error(place, `there is no class "${name}"${where}`, hint);
  };

  const drafts = readDrafts(files, path, dictionary, report);
  for (const draft of drafts) {
    for (const { name, at } of draft.references) {
      if (numberOf(name) === undefined) unknown(draft.path, name, ` (at character ${at + 1} of the expression)`);
    }
  }
  const order = evaluationOrder(drafts, report);
  const late = lateNames(order);
  const conditions = new Map<number, Condition>(
    order.map(({ number, node }) => [number, compileCondition(node, (name) => numberOf(name) ?? -1)]),
  );
  const classes = files.map((file, number): ClientClass => {
    const place = [...path, number];
    return {
      number,
      name: file.name,
      assert: file.assert,
      condition: conditions.get(number) ?? (() => false),
      options: mergeOptions(NO_OPTIONS, readOptions(file.options, [...place, "options"], dictionary, report)),
      leaseTime: file.config && readLeaseTime(file.config, top.leaseTime, [...place, "config"], report),
      nextServer: file.next_server,
      serverName: file.server_name,
      fileName: file.file_name,
    };
  });

  const read = (name: string | undefined, place: Path): number | undefined => {
    const number = name === undefined ? undefined : numberOf(name);
    if (name !== undefined && number === undefined) unknown(place, name, "");
    return number;
  };
  const guard = (file: GuardFile, place: Path): Guarded => {
    const allowed = read(file.class, [...place, "class"]);
    const denied = read(file.deny_class, [...place, "deny_class"]);
    return allowed === undefined && denied === undefined ? {} : { guard: { allowed, denied } };
  };
  return {
    guard,
    reservationGuard: (file, place) => {
      for (const key of ["class", "deny_class"] as const) {
        const name = file[key];
        if (name === undefined || !late.has(name)) continue;
        const hint = "a client is KNOWN when it has a reservation: use a class that does not depend on that";
        report.error([...place, key], `the class "${name}" depends on whether the client has a reservation`, hint);
      }
      return guard(file, place);
    },
    finish: () => {
      if (classes.length === 0 && builtIns.length === 0) return {};
      const ordered = order.map(({ number }) => classes[number] as ClientClass);
      const classification = {
        classes,
        early: ordered.filter(({ name }) => !late.has(name)),
        late: ordered.filter(({ name }) => late.has(name)),
        builtIns,
        drop: numbers.get("DROP"),
        leaseTime: top.leaseTime,
        boot: top.boot,
      };
      return { classification };
    },
  };
}

function isBuiltIn(name: string): boolean {
  return (BUILT_IN as readonly string[]).includes(name) || (name.startsWith(VENDOR_CLASS) && name.length > VENDOR_CLASS.length);
}

function builtInClass(number: number, name: string): BuiltInClass {
  const kind = BUILT_IN.find((own) => own === name);
  if (kind !== undefined) return { number, name, kind };
  return { number, name, kind: "VENDOR_CLASS", vendorClass: new TextEncoder().encode(name.slice(VENDOR_CLASS.length)) };
}

function readDrafts(files: readonly ClientClassFile[], path: Path, dictionary: OptionDictionary, report: Report): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const [number, { name, assert }] of files.entries()) {
    const place = [...path, number, "assert"];
    const result = readExpression(assert, "condition", dictionary);
    if (result.ok) drafts.push({ number, name, path: place, node: result.node, references: classReferences(result.node) });
    else
      report.error(place, `${result.problem.message} (at character ${result.problem.offset + 1} of the expression)`, result.problem.hint);
  }
  return drafts;
}

/** The classes, each behind those that it depends on. Those in a cycle are reported and left out. */
function evaluationOrder(drafts: readonly Draft[], report: Report): readonly Draft[] {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  const order: Draft[] = [];
  const done = new Set<Draft>();
  const visit = (draft: Draft, way: readonly Draft[]): void => {
    if (done.has(draft)) return;
    const start = way.indexOf(draft);
    if (start >= 0) {
      const names = [...way.slice(start), draft].map(({ name }) => `"${name}"`);
      report.error(draft.path, `classes depend on each other in a circle: ${names.join(", ")}`, "one of them has to do without member()");
      for (const one of way.slice(start)) done.add(one);
      return;
    }
    for (const { name } of draft.references) {
      const other = byName.get(name);
      if (other !== undefined) visit(other, [...way, draft]);
    }
    if (done.has(draft)) return;
    done.add(draft);
    order.push(draft);
  };
  for (const draft of drafts) visit(draft, []);
  return order;
}

/** Names of what can only be told when the reservation of the client is known. */
function lateNames(order: readonly Draft[]): ReadonlySet<string> {
  const late = new Set(["KNOWN", "UNKNOWN"]);
  for (const draft of order) if (draft.references.some(({ name }) => late.has(name))) late.add(draft.name);
  return late;
}
