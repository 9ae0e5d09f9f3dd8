/** Sub-options of the options that hold some. */

import {
  BYTES,
  DOMAIN,
  DOMAINS,
  FLAG,
  IPV4,
  IPV4_LIST,
  OPAQUE,
  record,
  TEXT,
  U8,
  U16,
  U32,
  VIRTUAL_SUBNET_SELECTION,
} from "../values/common-types.ts";
import type { ValueType } from "../values/value-types.ts";
import { RelaySubOption } from "./relay-agent-information.ts";

const define = <const N extends string, const T extends ValueType>(code: number, name: N, type: T) => ({ code, name, type });

/** Relay Agent Information (82): the IANA registry "DHCP Relay Agent Sub-Option Codes". */
export const RELAY_SUB_OPTIONS = [
  define(RelaySubOption.circuitId, "circuit_id", OPAQUE),
  define(RelaySubOption.remoteId, "remote_id", OPAQUE),
  define(RelaySubOption.docsisDeviceClass, "docsis_device_class", U32),
  define(RelaySubOption.linkSelection, "link_selection", IPV4),
  define(RelaySubOption.subscriberId, "subscriber_id", OPAQUE),
  define(RelaySubOption.radiusAttributes, "radius_attributes", BYTES),
  define(
    RelaySubOption.authentication,
    "authentication",
    record(
      ["algorithm", U8],
      ["must_be_zero", U8],
      ["replay_detection_method", U8],
      ["replay_detection", { kind: "bytes", size: 8 }],
      ["relay_identifier", { kind: "bytes", size: 4 }],
      ["information", BYTES],
    ),
  ),
  define(RelaySubOption.vendorSpecificInformation, "vendor_specific_information", {
    kind: "enterprises",
    of: { kind: "suboptions", definitions: [] },
  }),
  define(RelaySubOption.relayAgentFlags, "relay_agent_flags", U8),
  define(RelaySubOption.serverIdentifierOverride, "server_identifier_override", IPV4),
  define(RelaySubOption.relayAgentIdentifier, "relay_agent_identifier", BYTES),
  define(RelaySubOption.accessTechnologyType, "access_technology_type", U16),
  define(RelaySubOption.accessNetworkName, "access_network_name", OPAQUE),
  define(RelaySubOption.accessPointName, "access_point_name", OPAQUE),
  define(RelaySubOption.accessPointBssid, "access_point_bssid", { kind: "bytes", size: 6 }),
  define(RelaySubOption.operatorIdentifier, "operator_identifier", U32),
  define(RelaySubOption.operatorRealm, "operator_realm", OPAQUE),
  define(RelaySubOption.relaySourcePort, "relay_source_port", FLAG),
  define(RelaySubOption.virtualSubnetSelection, "virtual_subnet_selection", VIRTUAL_SUBNET_SELECTION),
  define(RelaySubOption.virtualSubnetSelectionControl, "virtual_subnet_selection_control", FLAG),
] as const;

/** NetWare/IP (63): RFC 2242. The first one says whether the others are complete. */
export const NETWARE_SUB_OPTIONS = [
  define(1, "nwip_does_not_exist", FLAG),
  define(2, "nwip_exist_in_options_area", FLAG),
  define(3, "nwip_exist_in_sname_file", FLAG),
  define(4, "nwip_exist_but_too_big", FLAG),
  define(5, "nsq_broadcast", { kind: "bool" }),
  define(6, "preferred_dss", IPV4_LIST),
  define(7, "nearest_nwip_server", IPV4_LIST),
  define(8, "autoretries", U8),
  define(9, "autoretry_seconds", U8),
  define(10, "nwip_1_1", { kind: "bool" }),
  define(11, "primary_dss", IPV4),
] as const;

const KERBEROS_BACKOFF = record(["nominal_timeout", U32], ["maximum_timeout", U32], ["maximum_retries", U32]);

/** CableLabs Client Configuration (122): RFC 3495, RFC 3594, RFC 3634. */
export const CABLELABS_SUB_OPTIONS = [
  define(1, "primary_dhcp_server", IPV4),
  define(2, "secondary_dhcp_server", IPV4),
  define(3, "provisioning_server", {
    kind: "tagged",
    alternatives: [
      { tag: 1, type: IPV4 },
      { tag: 0, type: DOMAIN },
    ],
  }),
  define(4, "as_backoff", KERBEROS_BACKOFF),
  define(5, "ap_backoff", KERBEROS_BACKOFF),
  define(6, "kerberos_realm", DOMAIN),
  define(7, "ticket_granting_server", { kind: "bool" }),
  define(8, "provisioning_timer", U8),
  define(9, "security_ticket_control", U16),
  define(10, "key_distribution_centers", IPV4_LIST),
] as const;

/** IEEE 802.21 mobility services: addresses (139) and domain names (140), RFC 5678. */
export const MOBILITY_ADDRESS_SUB_OPTIONS = [
  define(1, "information_service", IPV4_LIST),
  define(2, "command_service", IPV4_LIST),
  define(3, "event_service", IPV4_LIST),
] as const;
export const MOBILITY_DOMAIN_SUB_OPTIONS = [
  define(1, "information_service", DOMAINS),
  define(2, "command_service", DOMAINS),
  define(3, "event_service", DOMAINS),
] as const;

/** Subnet Allocation (220): RFC 6656. */
export const SUBNET_ALLOCATION_SUB_OPTIONS = [
  define(1, "subnet_request", record(["flags", U8], ["prefix_length", U8])),
  define(2, "subnet_information", BYTES),
  define(3, "subnet_name", TEXT),
  define(4, "suggested_lease_time", U32),
] as const;
