import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { OPTIONS, optionByCode, optionByName } from "../../wire/dhcp6/option-table.ts";
import { type OptionDictionary, standardOptions } from "./dictionary.ts";
import { largestCode, type OptionProtocol } from "./protocol.ts";

const OF_POOLS = "the server makes it of ranges, prefix_pools and reservations";
const OF_CLIENTS = "only clients send it";
const OF_RELAYS = "only relays send it";
const OF_LEASEQUERY = "it is of LEASEQUERY and its answers";

export const DHCP6: OptionProtocol = {
  space: "dhcp6",
  addressSize: 16,
  codeSize: 2,
  options: OPTIONS,
  byCode: optionByCode,
  byName: optionByName,
  lastCode: largestCode(2),
  encapsulated: undefined,
  enterprises: OptionCode.vendorInformation,
  managed: new Map([
    [OptionCode.clientIdentifier, "the server repeats what the client sent"],
    [OptionCode.serverIdentifier, "set server_id in the section v6 instead"],
    [OptionCode.iaNa, OF_POOLS],
    [OptionCode.iaTa, OF_POOLS],
    [OptionCode.iaAddress, OF_POOLS],
    [OptionCode.iaPd, OF_POOLS],
    [OptionCode.iaPrefix, OF_POOLS],
    [OptionCode.pdExclude, "set excluded_prefix in the prefix pool instead"],
    [OptionCode.optionRequest, `${OF_CLIENTS}; {value, always: true} sends an option although not requested`],
    [OptionCode.elapsedTime, OF_CLIENTS],
    [OptionCode.relayMessage, "the server itself wraps what goes back through relays"],
    [OptionCode.authentication, "the server itself makes keys, and signs RECONFIGURE with them"],
    [OptionCode.serverUnicast, "RFC 9915 removed it: clients send to the multicast group, never to an address of the server"],
    [OptionCode.statusCode, "the server sets it"],
    [OptionCode.rapidCommit, "set rapid_commit in the section v6 or in a network instead"],
    [OptionCode.userClass, OF_CLIENTS],
    [OptionCode.interfaceId, `${OF_RELAYS}; interface_id in a network says which relays lead to it`],
    [OptionCode.reconfigureMessage, "the server sets it"],
    [OptionCode.reconfigureAccept, "the server sets it"],
    [OptionCode.remoteId, OF_RELAYS],
    [OptionCode.subscriberId, OF_RELAYS],
    [OptionCode.relayId, OF_RELAYS],
    [OptionCode.rsoo, `${OF_RELAYS}; the server passes on what it holds`],
    [OptionCode.echoRequest, OF_RELAYS],
    [OptionCode.clientLinkLayerAddress, OF_RELAYS],
    [OptionCode.relaySourcePort, "the server repeats what the relay sent"],
    [OptionCode.linkAddress, OF_RELAYS],
    [OptionCode.clientFqdn, "the server answers what the client sent; a reservation has hostname"],
    [OptionCode.lqQuery, OF_LEASEQUERY],
    [OptionCode.clientData, OF_LEASEQUERY],
    [OptionCode.cltTime, OF_LEASEQUERY],
    [OptionCode.lqRelayData, OF_LEASEQUERY],
    [OptionCode.lqClientLink, OF_LEASEQUERY],
    [OptionCode.lqBaseTime, OF_LEASEQUERY],
    [OptionCode.lqStartTime, OF_LEASEQUERY],
    [OptionCode.lqEndTime, OF_LEASEQUERY],
    [OptionCode.addressRegistration, "set address_registration: true in the section v6 instead"],
  ]),
  privateCodes: "none is for private use: take one that no client of yours knows otherwise, from 65001 to 65535",
};

/** The options of DHCPv6 without any of an operator's own. */
export const STANDARD_DHCP6: OptionDictionary = standardOptions(DHCP6);
