import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { OPTIONS, optionByCode, optionByName } from "../../wire/dhcp4/option-table.ts";
import { type OptionDictionary, standardOptions } from "./dictionary.ts";
import type { OptionProtocol } from "./protocol.ts";

export const DHCP4: OptionProtocol = {
  space: "dhcp4",
  addressSize: 4,
  codeSize: 1,
  options: OPTIONS,
  byCode: optionByCode,
  byName: optionByName,
  // 0 fills and 255 ends the options.
  lastCode: 254,
  encapsulated: OptionCode.vendorSpecificInformation,
  enterprises: OptionCode.vendorIdentifyingVendorInformation,
  managed: new Map([
    [OptionCode.requestedIpAddress, "only clients send it"],
    [OptionCode.ipAddressLeaseTime, "set config: {lease_time: ...} instead"],
    [OptionCode.overload, "the server uses it by itself when a message is full"],
    [OptionCode.dhcpMessageType, "the server sets it"],
    [OptionCode.serverIdentifier, "set server_id in the network instead"],
    [OptionCode.parameterRequestList, "only clients send it; {value, always: true} sends an option although not requested"],
    [OptionCode.maximumMessageSize, "only clients send it; the server obeys it"],
    [OptionCode.renewalTime, "set config: {renew_time: ...} instead"],
    [OptionCode.rebindingTime, "set config: {rebind_time: ...} instead"],
    [OptionCode.clientIdentifier, "the server repeats what the client sent"],
    [OptionCode.rapidCommit, "set rapid_commit at the top level instead"],
    [OptionCode.relayAgentInformation, "the server repeats what the relay sent"],
    [OptionCode.clientMachineIdentifier, "the server repeats what the client sent"],
  ]),
  privateCodes: "options 224 to 254 are for private use",
};

/** The options of DHCPv4 without any of an operator's own. */
export const STANDARD_DHCP4: OptionDictionary = standardOptions(DHCP4);
