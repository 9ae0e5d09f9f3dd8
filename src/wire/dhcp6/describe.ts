import { toHex } from "../../net/bytes.ts";
import { formatIpv6 } from "../../net/ipv6.ts";
import { formatIpv6Prefix } from "../../net/ipv6-prefix.ts";
import { checkMessage } from "../given.ts";
import { readIaAddress, readIaNa, readIaPd, readIaPrefix, statusOf } from "./identity-association.ts";
import { isFromServer, MESSAGE_NAMES, type Message, type Option } from "./message.ts";
import { OptionCode } from "./option-code.ts";
import { optionValue } from "./options.ts";
import { STATUS_NAMES, StatusCode } from "./status-code.ts";

/** The name of a message type, such as `SOLICIT`; of one that is not known, its number. */
export function typeName({ type }: Pick<Message, "type">): string {
  return MESSAGE_NAMES.get(type) ?? `message of type ${type}`;
}

/** The name of a status, such as `NoAddrsAvail`; of one that is not known, its number. */
export function statusName(status: number): string {
  return STATUS_NAMES.get(status) ?? `status ${status}`;
}

/** An address or a prefix in a message. */
export interface NamedLease {
  /** As it is written. */
  readonly text: string;
  /** In seconds. */
  readonly validLifetime: number;
}

/**
 * The addresses and prefixes in the identity associations of a message, whatever their lifetimes.
 */
export function leasesIn({ options }: Pick<Message, "options">): readonly NamedLease[] {
  return options.flatMap((option) => associationOptions(option).flatMap((inner) => leaseIn(inner) ?? []));
}

/** The options in an identity association; none: it is another option, or has none. */
export function associationOptions({ code, data }: Option): readonly Option[] {
  if (code === OptionCode.iaNa) return readIaNa(data)?.options ?? [];
  return code === OptionCode.iaPd ? (readIaPd(data)?.options ?? []) : [];
}

/**
 * A message in a few words: what a client says, by its DUID in hex (`RENEW of
 * 00030001525400123456`), or what a server gives, and each status that is no success (`REPLY of
 * 2001:db8::20: NoPrefixAvail`). Nothing of it is text that a client or server chose.
 * `formatMessage` shows all of it. Throws TypeError
 * for what is no message.
 */
export function describe(message: Message): string {
  checkMessage(message);
  const name = typeName(message);
  if (!isFromServer(message.type)) {
    const duid = optionValue(message.options, OptionCode.clientIdentifier);
    return duid === undefined ? name : `${name} of ${toHex(duid)}`;
  }
  const given = leasesIn(message).flatMap(({ text, validLifetime }) => (validLifetime > 0 ? text : []));
  const statuses = [message.options, ...message.options.map(associationOptions)].map(statusOf);
  const failures = new Set(statuses.filter((status) => status !== StatusCode.Success).map(statusName));
  return `${name}${given.length === 0 ? "" : ` of ${given.join(", ")}`}${failures.size === 0 ? "" : `: ${[...failures].join(", ")}`}`;
}

function leaseIn({ code, data }: Option): NamedLease | undefined {
  if (code === OptionCode.iaAddress) {
    const found = readIaAddress(data);
    return found && { text: formatIpv6(found.address), validLifetime: found.validLifetime };
  }
  const found = code === OptionCode.iaPrefix ? readIaPrefix(data) : undefined;
  return found && { text: formatIpv6Prefix(found.prefix), validLifetime: found.validLifetime };
}
