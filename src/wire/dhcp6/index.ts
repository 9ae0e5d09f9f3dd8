/** DHCPv6 messages (RFC 8415 and what extends it). */

export { type DecodeResult, decode, PROBLEM_TEXT, type Problem, type ProblemKind } from "./decode.ts";
export { encode, encodeMessage, LARGEST_MESSAGE_SIZE } from "./encode.ts";
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
  statusOf,
  statusOption,
} from "./identity-association.ts";
export { type Message, MessageType, type Option, type Relay } from "./message.ts";
export { OptionCode } from "./option-code.ts";
export { OPTIONS, type OptionDefinition, optionByCode, optionByName } from "./option-table.ts";
export { hasOption, optionU8, optionU16, optionU32, optionValue, optionValues, readOptions, requestedOptions } from "./options.ts";
export { StatusCode } from "./status-code.ts";
