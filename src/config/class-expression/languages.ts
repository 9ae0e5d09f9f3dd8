import type { OptionProtocol } from "../options/protocol.ts";
import { DHCP4_LANGUAGE } from "./dhcp4/language.ts";
import { DHCP6_LANGUAGE } from "./dhcp6/language.ts";
import type { Language } from "./language.ts";

/** The language of expressions about the messages of a protocol. */
export function languageOf({ space }: OptionProtocol): Language {
  return space === "dhcp6" ? DHCP6_LANGUAGE : DHCP4_LANGUAGE;
}
