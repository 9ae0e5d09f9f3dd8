/**
 * DHCPv4 and BOOTP messages (RFC 2131, RFC 2132, RFC 951).
 *
 * @module
 */

export { type DecodeResult, decode, PROBLEM_TEXT, type Problem, type ProblemKind } from "./decode.ts";
export { describe } from "./describe.ts";
export { DEFAULT_MAX_MESSAGE_SIZE, LARGEST_MESSAGE_SIZE, MIN_MESSAGE_SIZE } from "./encode.ts";
export { encode, encodeMessage } from "./encode-given.ts";
export { formatMessage } from "./format.ts";
export { BROADCAST_FLAG, type Message, MessageType, Op, type Option } from "./message.ts";
export { OPTIONS, type OptionDefinition, optionByCode, optionByName } from "./option-table.ts";
export { messageType, optionIpv4, optionU8, optionU16, optionU32, optionValue } from "./options.ts";
export { RelaySubOption, subOption } from "./relay-agent-information.ts";
