import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import { foreignWords, type Language } from "../language.ts";
import { readField, readOption } from "../option-parser.ts";
import type { Node } from "../syntax.ts";
import { after, expected, isSymbol, isWord, peek, type Reader, readIndex, readNumber, symbol } from "../token-reader.ts";
import { DHCP6_FIELDS, RELAY_FIELDS } from "./fields.ts";

/** The language of DHCPv6's classes. */
export const DHCP6_LANGUAGE: Language = {
  words: new Map([
    ["relay6", readRelay],
    ["pkt6", (reader: Reader, at: number) => readField(reader, at, DHCP6_FIELDS)],
  ]),
  foreign: foreignWords(["relay4", "pkt4"], "DHCPv4", "DHCPv6"),
  vendorInformation: OptionCode.vendorInformation,
  vendorClass: OptionCode.vendorClass,
};

/** A message has at most so many relays. */
const MOST_RELAYS = 32;

/**
 * What stands behind `relay6`: 0 is the relay nearest to the server, -1 the one nearest to the
 * client, as in Kea.
 */
function readRelay(reader: Reader, at: number): Node | undefined {
  const relay = readIndex(reader, (inner) => readNumber(inner, "the number of a relay", -MOST_RELAYS, MOST_RELAYS - 1));
  if (relay === undefined) return undefined;
  if (isSymbol(peek(reader), ".") && isWord(after(reader), "option")) {
    reader.next += 2;
    return readOption(reader, at, relay);
  }
  if (!symbol(reader, ".")) return undefined;
  const field = RELAY_FIELDS.find((name) => isWord(peek(reader), name));
  if (field === undefined) return expected(reader, `option[CODE], ${RELAY_FIELDS.join(" or ")}`);
  reader.next++;
  return { kind: "relayField", at, relay, field };
}
