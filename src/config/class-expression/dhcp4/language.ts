import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import { foreignWords, type Language } from "../language.ts";
import { readField, readInnerOption } from "../option-parser.ts";
import { DHCP4_FIELDS } from "./fields.ts";

/** The language of DHCPv4's classes. */
export const DHCP4_LANGUAGE: Language = {
  words: new Map([
    ["relay4", (reader, at) => readInnerOption(reader, at, OptionCode.relayAgentInformation)],
    ["pkt4", (reader, at) => readField(reader, at, DHCP4_FIELDS)],
  ]),
  foreign: foreignWords(["relay6", "pkt6"], "DHCPv6", "DHCPv4"),
  vendorInformation: OptionCode.vendorIdentifyingVendorInformation,
  vendorClass: OptionCode.vendorIdentifyingVendorClass,
};
