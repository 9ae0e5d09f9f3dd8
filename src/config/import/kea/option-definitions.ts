import type { OptionType } from "../../model/common.ts";
import { enterpriseOf, VENDOR_ENCAPSULATED } from "../../options/dictionary.ts";
import { whyManaged } from "../../options/protocol.ts";
import { A_NAME, RESERVED_NAMES } from "../../options/type.ts";
import type { PlainMap } from "../translation.ts";
import type { Family } from "./family.ts";
import type { Part } from "./json.ts";
import { KEA_TYPES, type KeaType, leaseholdType } from "./option-types.ts";
import {
  commentOf,
  finish,
  noteFrom,
  report,
  type Section,
  take,
  takeCount,
  takeFlag,
  takeName,
  takeSections,
  takeText,
  type Work,
} from "./section.ts";

/** Kea's space of the sub-options of option 43. */
export const KEA_ENCAPSULATED = "vendor-encapsulated-options-space";

/** One of `option-def`. */
export interface KeaDefinition extends KeaType {
  readonly name: string;
  readonly code: number;
  readonly space: string;
  /** Its name in `option_definitions`; undefined: it is not there. */
  own: string | undefined;
  readonly part: Part;
}

/** Definitions by space, and there by name and by code. */
export interface KeaDefinitions {
  readonly all: KeaDefinition[];
}

export function findDefinition({ all }: KeaDefinitions, space: string, key: string | number): KeaDefinition | undefined {
  return all.find((one) => one.space === space && (typeof key === "number" ? one.code === key : one.name === key));
}

/** Leasehold's name of a space; undefined: its options stand in their containers by code. */
export function spaceOf(space: string, { protocol }: Family): string | undefined {
  if (space === protocol.space || enterpriseOf(space) !== undefined) return space;
  return space === KEA_ENCAPSULATED && protocol.encapsulated !== undefined ? VENDOR_ENCAPSULATED : undefined;
}

const REMARKS = { "csv-format": "nothing" } as const;

/** Reads a list of definitions. */
export function readDefinitions(section: Section, family: Family): KeaDefinitions {
  return { all: takeSections(section, "option-def", "an option definition").flatMap((one) => readDefinition(one, family) ?? []) };
}

function readDefinition(section: Section, family: Family): KeaDefinition | undefined {
  const { work, part } = section;
  const name = takeText(section, "name");
  const code = takeCount(section, "code");
  const type = takeText(section, "type");
  const space = takeName(section, "space") ?? family.protocol.space;
  const array = takeFlag(section, "array") ?? false;
  const encapsulate = takeName(section, "encapsulate");
  const fields = (takeName(section, "record-types") ?? "").split(",").map((field) => field.trim());
  take(section, "record-types");
  finish(section, "an option definition", REMARKS);
  if (name === undefined || code === undefined || type === undefined) {
    report(work, "error", part.at, "the option definition lacks its name, code or type");
    return undefined;
  }
  const types = type === "record" ? fields : [type];
  const unknown = types.find((one) => !KEA_TYPES.includes(one) || (type === "record" && one === "record"));
  if (unknown !== undefined) {
    report(work, "error", part.at, `option definition "${name}": Kea has no type ${JSON.stringify(unknown)}`);
    return undefined;
  }
  return { name, code, space, type, array, fields: type === "record" ? fields : [], encapsulate, own: undefined, part };
}

/**
 * Writes the definitions that Leasehold needs. Those of options that it has itself are left out:
 * their values are written in Leasehold's form.
 */
export function writeDefinitions(definitions: KeaDefinitions, family: Family, into: PlainMap, work: Work): void {
  const { protocol } = family;
  for (const definition of definitions.all) {
    const space = spaceOf(definition.space, family);
    if (space === undefined) continue;
    if (space === protocol.space) {
      const reason = whyManaged(definition.code, protocol);
      if (reason !== undefined) {
        report(work, "error", definition.part.at, `option ${definition.code} ("${definition.name}") can't be defined: ${reason}`);
        continue;
      }
      const standard = protocol.byCode(definition.code);
      // What only a vendor knows is theirs to define.
      if (standard !== undefined && !(family.protocol.codeSize === 1 && definition.code >= 128 && standard.type.kind === "opaque"))
        continue;
    }
    const type: OptionType = leaseholdType(definition, protocol.addressSize);
    const other = Object.entries(into).find(([, one]) => isSame(one, definition.code, space));
    if (other !== undefined) {
      // Both protocols have the spaces of vendors: values of another form are written with a type.
      const isAlike = JSON.stringify((other[1] as { type?: unknown }).type) === JSON.stringify(type);
      if (isAlike) definition.own = other[0];
      continue;
    }
    const name = freeName(definition.name, family, into);
    definition.own = name;
    into[name] = { code: definition.code, type, ...(space !== "dhcp4" && { space }) };
    const section =
      definition.part.value.kind === "map"
        ? { map: definition.part.value, part: definition.part, work, used: new Set<string>() }
        : undefined;
    noteFrom(work, into, name, definition.part.at, section && commentOf(section), definition.part.behind);
  }
}

function isSame(written: unknown, code: number, space: string): boolean {
  const { code: other, space: theirs = "dhcp4" } = written as { code: number; space?: string };
  return other === code && theirs === space;
}

function freeName(kea: string, { protocol, classes }: Family, taken: PlainMap): string {
  const plain = kea
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 50);
  const start = A_NAME.test(plain) && !RESERVED_NAMES.has(plain) ? plain : `option_${plain}`;
  const isFree = (name: string): boolean => !Object.hasOwn(taken, name) && protocol.byName(name) === undefined;
  if (isFree(start)) return start;
  for (let i = 1; ; i++) {
    const name = i === 1 ? `${start}_${classes}` : `${start}_${classes}_${i}`;
    if (isFree(name)) return name;
  }
}
