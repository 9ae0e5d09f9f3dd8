/**
 * DHCPv6 messages (RFC 8415 and what extends it).
 *
 * @module
 */

export type { FqdnName } from "../fqdn-name.ts";
export {
  type Authentication,
  AuthenticationProtocol,
  isSignedReconfigure,
  RECONFIGURE_KEY_SIZE,
  REPLAY_DETECTION_SIZE,
  readAuthentication,
  reconfigureKeyOf,
  reconfigureKeyOption,
  signReconfigure,
} from "./authentication.ts";
export {
  readUserClasses,
  type VendorClass,
  type VendorInformation,
  vendorClasses,
  vendorInformation,
} from "./class-options.ts";
export { type ClientFqdn, clientFqdnOption, FqdnFlag, readClientFqdn } from "./client-fqdn.ts";
export { type DecodeResult, decode, MAX_RELAYS, PROBLEM_TEXT, type Problem, type ProblemKind } from "./decode.ts";
export { describe } from "./describe.ts";
export { LARGEST_MESSAGE_SIZE } from "./encode.ts";
export { encode, encodeMessage, encodeRelays } from "./encode-given.ts";
export { formatMessage } from "./format.ts";
export {
  type IaAddress,
  type IaPrefix,
  type IdentityAssociation,
  INFINITY,
  iaAddressOption,
  iaOption,
  iaPrefixOption,
  readIaAddress,
  readIaNa,
  readIaPd,
  readIaPrefix,
  readIaTa,
  statusOf,
  statusOption,
} from "./identity-association.ts";
export {
  clientDataOption,
  cltTimeOption,
  type LeaseQuery,
  type LqRelayData,
  lqClientLinkOption,
  lqQueryOption,
  lqRelayDataOption,
  QueryType,
  readLqQuery,
  readLqRelayData,
} from "./leasequery.ts";
export { isFromServer, type Message, MessageType, type Option, type Relay } from "./message.ts";
export { OptionCode } from "./option-code.ts";
export { OPTIONS, type OptionDefinition, optionByCode, optionByName } from "./option-table.ts";
export {
  hasOption,
  optionRequest,
  optionU8,
  optionU16,
  optionU32,
  optionValue,
  optionValues,
  readOptions,
  requestedOptions,
} from "./options.ts";
export { canExclude, pdExcludeOption, readPdExclude } from "./pd-exclude.ts";
export {
  clientLinkLayerAddressOption,
  type RemoteId,
  readClientLinkLayerAddress,
  readRemoteId,
  remoteIdOption,
} from "./relay-options.ts";
export { StatusCode } from "./status-code.ts";
