import type { OptionDefinition, OptionDictionary } from "../../wire/option-dictionary.ts";

/** The options of a protocol as a configuration sees them. */
export interface OptionProtocol {
  /** The space of its options in `option_definitions`. */
  readonly space: "dhcp4" | "dhcp6";
  /** Bytes of an address, which `{type: ip}` stands for. */
  readonly addressSize: 4 | 16;
  readonly codeSize: OptionDictionary["codeSize"];
  /** Its option table. */
  readonly options: readonly OptionDefinition[];
  readonly byCode: OptionDictionary["byCode"];
  readonly byName: OptionDictionary["byName"];
  readonly lastCode: number;
  /** Options whose format is the vendor's own, and which hold sub-options as a rule. */
  readonly encapsulated: number | undefined;
  /** The option whose data is of enterprises, each with sub-options of its own. */
  readonly enterprises: number;
  /** Options that the server makes itself: where their values are set, in the words of a hint. */
  readonly managed: ReadonlyMap<number, string>;
  /** Which codes an operator may take for options of their own, in the words of a hint. */
  readonly privateCodes: string;
}

/** The largest code of a sub-option, or of an option where codes have this many bytes. */
export function largestCode(codeSize: OptionDictionary["codeSize"]): number {
  return 256 ** codeSize - 1;
}

/** Why an option can't be configured, in the words of a hint; undefined when it can be. */
export function whyManaged(code: number, { managed, byCode }: OptionProtocol): string | undefined {
  return managed.get(code) ?? (byCode(code)?.protocol ? "the protocol itself sets it" : undefined);
}
