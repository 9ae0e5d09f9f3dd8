import { DHCP4 } from "../../options/dhcp4.ts";
import { DHCP6 } from "../../options/dhcp6.ts";
import type { Token } from "./lexer.ts";

/** The type of a value as dhcpd.conf declares it. */
export interface DeclaredType {
  /** `ip-address`, `text`, `unsigned integer 16` and so on; several: a record. */
  readonly fields: readonly string[];
  readonly array: boolean;
  /** The space of the options inside. */
  readonly encapsulates: string | undefined;
}

/** `option SPACE.NAME code CODE = TYPE;` */
export interface DeclaredOption {
  readonly space: string;
  readonly name: string;
  readonly code: number;
  readonly type: DeclaredType;
}

/** An option that a name means. */
export interface NamedOption {
  /** Its key in options and expressions of ours. */
  readonly name: string;
  readonly code: number;
  /** As the file declares it; undefined: it is a standard one. */
  readonly declared: DeclaredOption | undefined;
}

export interface OptionNames {
  readonly isDhcp6: boolean;
  /** An option of the protocol itself. */
  find(name: string): NamedOption | undefined;
  /** An option of a space that the file declares. */
  inSpace(space: string, name: string): DeclaredOption | undefined;
}

/** Names that are told apart from ours by more than their signs. */
const OTHER_NAMES: Readonly<Record<string, string>> = { voip_tftp_server: "tftp_servers", niif: "client_network_interface" };

const SPACES: ReadonlySet<string> = new Set(["dhcp", "dhcp6"]);

export function createNames(declared: readonly DeclaredOption[], isDhcp6: boolean): OptionNames {
  const protocol = isDhcp6 ? DHCP6 : DHCP4;
  const own = isDhcp6 ? "dhcp6" : "dhcp";
  const inSpace = (space: string, name: string): DeclaredOption | undefined =>
    declared.find((one) => one.space === space && one.name.toLowerCase() === name.toLowerCase());
  return {
    isDhcp6,
    inSpace,
    find(text) {
      const dot = text.indexOf(".");
      const space = dot < 0 ? "dhcp" : text.slice(0, dot);
      const name = dot < 0 ? text : text.slice(dot + 1);
      if (space !== own) return undefined;
      const known = inSpace(space, name);
      const key = name.toLowerCase().replaceAll("-", "_");
      const standard = known === undefined ? protocol.byName(OTHER_NAMES[key] ?? key) : protocol.byCode(known.code);
      // A code that the option table has keeps its name there.
      if (standard !== undefined) return { name: standard.name, code: standard.code, declared: known };
      return known && { name: key, code: known.code, declared: known };
    },
  };
}

/** Reads `option NAME code CODE = TYPE`; undefined: it is not understood. */
export function readDeclaration(words: readonly Token[]): DeclaredOption | undefined {
  const [, name, keyword, code, equals, ...rest] = words.map(({ text }) => text);
  if (name === undefined || keyword !== "code" || !/^\d+$/.test(code ?? "") || equals !== "=") return undefined;
  const [space, inSpace] = name.includes(".") ? name.split(/\.(.*)/s) : ["dhcp", name];
  const type = readType(rest);
  return type && { space: space as string, name: inSpace as string, code: Number(code), type };
}

function readType(words: readonly string[]): DeclaredType | undefined {
  let rest = [...words];
  const array = rest[0] === "array" && rest[1] === "of";
  if (array) rest = rest.slice(2);
  const encapsulate = rest.indexOf("encapsulate");
  const encapsulates = encapsulate < 0 ? undefined : rest[encapsulate + 1];
  if (encapsulate >= 0) rest = rest.slice(0, encapsulate).filter((word) => word !== ",");
  const isRecord = rest[0] === "{";
  const text = (isRecord ? rest.slice(1, -1) : rest).join(" ");
  const fields = text === "" ? [] : text.split(" , ").map((field) => field.replace(/ compressed$/, ""));
  return fields.length === 0 && encapsulates === undefined ? undefined : { fields, array, encapsulates };
}

export function isSpaceOfProtocol(space: string): boolean {
  return SPACES.has(space);
}
