import { codeOf } from "./option-table.ts";

/**
 * Pad and End, which have neither length nor value (RFC 2132 section 3): no options, but what
 * stands between and behind them.
 */
export const PAD = 0;
export const END = 255;

/**
 * Codes of the options that the programs themselves read or write, by the names that their RFCs
 * give them. Everything else is data of the configuration. The codes stand in the table.
 */
export const OptionCode = {
  subnetMask: codeOf("subnet_mask"),
  routers: codeOf("routers"),
  domainNameServers: codeOf("domain_name_servers"),
  hostName: codeOf("hostname"),
  domainName: codeOf("domain_name"),
  interfaceMtu: codeOf("interface_mtu"),
  broadcastAddress: codeOf("broadcast_addr"),
  staticRoutes: codeOf("static_routing_table"),
  ntpServers: codeOf("ntp_servers"),
  vendorSpecificInformation: codeOf("vendor_extensions"),
  requestedIpAddress: codeOf("requested_address"),
  ipAddressLeaseTime: codeOf("lease_time"),
  overload: codeOf("option_overload"),
  dhcpMessageType: codeOf("message_type"),
  serverIdentifier: codeOf("server_identifier"),
  parameterRequestList: codeOf("parameter_request_list"),
  message: codeOf("message"),
  maximumMessageSize: codeOf("max_message_size"),
  renewalTime: codeOf("renewal_time"),
  rebindingTime: codeOf("rebinding_time"),
  vendorClassIdentifier: codeOf("vendor_class_identifier"),
  clientIdentifier: codeOf("client_identifier"),
  tftpServerName: codeOf("tftp_server_name"),
  rapidCommit: codeOf("rapid_commit"),
  clientFqdn: codeOf("client_fqdn"),
  relayAgentInformation: codeOf("relay_agent_information"),
  clientLastTransactionTime: codeOf("client_last_transaction_time"),
  associatedIp: codeOf("associated_ip"),
  clientMachineIdentifier: codeOf("client_machine_identifier"),
  ipv6OnlyPreferred: codeOf("ipv6_only_preferred"),
  autoConfigure: codeOf("auto_configure"),
  subnetSelection: codeOf("subnet_selection"),
  domainSearch: codeOf("domain_search"),
  classlessStaticRoutes: codeOf("classless_static_routes"),
  vendorIdentifyingVendorClass: codeOf("vendor_identifying_vendor_class"),
  vendorIdentifyingVendorInformation: codeOf("vendor_identifying_vendor_information"),
  statusCode: codeOf("status_code"),
  baseTime: codeOf("base_time"),
  startTimeOfState: codeOf("start_time_of_state"),
  queryStartTime: codeOf("query_start_time"),
  queryEndTime: codeOf("query_end_time"),
  dhcpState: codeOf("dhcp_state"),
  tftpServerAddresses: codeOf("tftp_servers"),
  virtualSubnetSelection: codeOf("virtual_subnet_selection"),
} as const;
