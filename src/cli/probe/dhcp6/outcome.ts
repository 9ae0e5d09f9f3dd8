/** What an answer comes to, in one line. */
import * as client from "../../../client/dhcp6/index.ts";
import { formatIpv6 } from "../../../net/ipv6.ts";
import { ADDRESS_LENGTH, firstAddress, formatIpv6Prefix, type Ipv6Prefix, prefixLength } from "../../../net/ipv6-prefix.ts";
import { statusName } from "../../../wire/dhcp6/describe.ts";
import { readIaNa } from "../../../wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option } from "../../../wire/dhcp6/message.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../../wire/dhcp6/options.ts";
import { StatusCode } from "../../../wire/dhcp6/status-code.ts";
import type { Outcome } from "../conversation.ts";
import { forSeconds } from "../print.ts";
import { LOOK } from "./look.ts";

/** The verb for each kind of success, and the type that the answer must have; undefined: any. */
const SUCCESS = {
  advertised: MessageType.ADVERTISE,
  leased: MessageType.REPLY,
  renewed: MessageType.REPLY,
  confirmed: MessageType.REPLY,
  released: MessageType.REPLY,
  declined: MessageType.REPLY,
  informed: MessageType.REPLY,
  answered: undefined,
} as const;
export type Success = keyof typeof SUCCESS;

/**
 * Whether the answer is what was asked for: each association has leases where some were wanted, and
 * no status says that something failed. `server` and `duration` are for people, `about` is what was
 * asked.
 */
export function conclude(
  message: Message,
  server: string,
  duration: string,
  success: Success,
  about: readonly client.AssociationRequest[],
): Outcome {
  const type = SUCCESS[success];
  const name = LOOK.typeName(message);
  if (type !== undefined && message.type !== type) {
    return { ok: false, text: `${server} answered with ${name} where the answer should be ${LOOK.typeName({ ...message, type })}` };
  }
  const status = problemIn(message.options);
  if (status !== undefined && success !== "answered") return { ok: false, text: `refused by ${server} (${status})` };
  switch (success) {
    case "informed":
    case "answered":
      return { ok: true, text: `${server} answered with ${name} and ${message.options.length} options ${duration}` };
    case "confirmed":
    case "released":
    case "declined": {
      const problems = problemsIn(message);
      if (problems !== "") return { ok: false, text: `refused by ${server} (${problems})` };
      const leases = about.flatMap(({ prefixes }) => prefixes.map(formatLease)).join(", ");
      return { ok: true, text: `${success} ${leases}, by ${server} ${duration}` };
    }
    case "advertised":
    case "leased":
    case "renewed":
      return given(message, server, duration, success, about);
  }
}

/** An answer that should have leases for each association. */
function given(
  message: Message,
  server: string,
  duration: string,
  verb: "advertised" | "leased" | "renewed",
  about: readonly client.AssociationRequest[],
): Outcome {
  const usable = client
    .readAssociations(message)
    .filter(({ status }) => status === StatusCode.Success)
    .flatMap(({ kind, iaid, leases }) => leases.map((lease) => ({ kind, iaid, ...lease })))
    .filter(({ validLifetime }) => validLifetime > 0);
  const missing = about.filter(({ kind, iaid }) => !usable.some((lease) => lease.kind === kind && lease.iaid === iaid));
  const problems = problemsIn(message);
  const why = problems !== "" ? problems : missing.map(({ kind, iaid }) => `nothing for ${kind} ${iaid}`).join(", ");
  if (usable.length === 0) return { ok: false, text: `refused by ${server} (${why})` };
  const leases = usable.map(({ prefix, validLifetime }) => `${formatLease(prefix)}${forSeconds(validLifetime)}`).join(", ");
  const from = verb === "advertised" ? "by" : "from";
  const text = `${verb} ${leases} ${from} ${server} ${duration}`;
  return missing.length === 0 ? { ok: true, text } : { ok: false, text: `${text}, but ${why}` };
}

/** What went wrong in the associations of an answer; empty: nothing. */
function problemsIn(message: Message): string {
  return message.options
    .flatMap(({ code, data }) => {
      const kind = code === OptionCode.iaNa ? "IA_NA" : code === OptionCode.iaPd ? "IA_PD" : undefined;
      const association = kind === undefined ? undefined : readIaNa(data);
      const problem = association === undefined ? undefined : problemIn(association.options);
      return problem === undefined ? [] : [`${kind} ${association?.iaid}: ${problem}`];
    })
    .join(", ");
}

/** `NoAddrsAvail "no address is free"`; undefined for success. */
function problemIn(options: readonly Option[]): string | undefined {
  const data = optionValue(options, OptionCode.statusCode);
  if (data === undefined || data.length < 2) return undefined;
  const code = ((data[0] as number) << 8) | (data[1] as number);
  if (code === StatusCode.Success) return undefined;
  const name = statusName(code);
  const text = new TextDecoder().decode(data.subarray(2));
  return text === "" ? name : `${name} ${JSON.stringify(text)}`;
}

/** An address, or a prefix with its length. */
function formatLease(prefix: Ipv6Prefix): string {
  return prefixLength(prefix) === ADDRESS_LENGTH ? formatIpv6(firstAddress(prefix)) : formatIpv6Prefix(prefix);
}
