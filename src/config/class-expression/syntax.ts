/** The form of a class expression: the language of Kea's client classes. */

import type { DHCP4_FIELDS } from "./dhcp4/fields.ts";
import type { DHCP6_FIELDS, RELAY_FIELDS } from "./dhcp6/fields.ts";

/** What is wrong with an expression, and where. */
export interface ExpressionProblem {
  /** Position in the expression's text, from 0, in UTF-16 units. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string | undefined;
}

export type Form = "hex" | "text" | "exists";

/** How the message came in. */
export const PACKET_FIELDS = ["iface", "src", "dst", "len"] as const;
/** Of the header of a message of either protocol, or of how it came in. */
export type Field = (typeof DHCP4_FIELDS)[number] | (typeof DHCP6_FIELDS)[number] | (typeof PACKET_FIELDS)[number];
export type RelayField = (typeof RELAY_FIELDS)[number];

/** Functions of one value. */
export const CONVERSIONS = [
  "lcase",
  "ucase",
  "addrtotext",
  "int8totext",
  "int16totext",
  "int32totext",
  "uint8totext",
  "uint16totext",
  "uint32totext",
] as const;
export type Conversion = (typeof CONVERSIONS)[number];

/** One part of an expression; `at` is its offset in the text. */
export type Node = { readonly at: number } & (
  | { readonly kind: "bytes"; readonly value: Uint8Array }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  /**
   * `option[a].option[b]...`; `relay4[b]` is `option[82].option[b]`, `relay6[relay].option[a]` is
   * of what a relay put around the message.
   */
  | { readonly kind: "option"; readonly codes: readonly number[]; readonly form: Form; readonly relay?: number | undefined }
  | { readonly kind: "relayField"; readonly relay: number; readonly field: RelayField }
  /**
   * Option 125, of DHCPv6 17. An enterprise of 0 is any; without codes the enterprise's data
   * itself.
   */
  | { readonly kind: "vendor"; readonly enterprise: number; readonly codes: readonly number[]; readonly form: Form }
  /** Option 124, of DHCPv6 16. */
  | { readonly kind: "vendorClass"; readonly enterprise: number; readonly form: "exists" }
  | { readonly kind: "vendorClassData"; readonly enterprise: number; readonly index: number }
  | { readonly kind: "enterprise"; readonly option: number }
  | { readonly kind: "field"; readonly field: Field }
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "not"; readonly operand: Node }
  | { readonly kind: "and" | "or" | "concat"; readonly operands: readonly Node[] }
  | { readonly kind: "equal"; readonly negated: boolean; readonly left: Node; readonly right: Node }
  /** A length of undefined is `all`. */
  | { readonly kind: "substring"; readonly of: Node; readonly start: number; readonly length: number | undefined }
  | { readonly kind: "split"; readonly of: Node; readonly delimiters: Node; readonly field: number }
  | { readonly kind: "ifelse"; readonly condition: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: "hexstring"; readonly of: Node; readonly separator: Node }
  | { readonly kind: "convert"; readonly to: Conversion; readonly of: Node }
);
