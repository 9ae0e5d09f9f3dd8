import { checkBytes } from "../../net/argument.ts";
/**
 * The messages that a DHCPv6 client sends (RFC 8415 section 18.2 and appendix B), built from plain
 * data.
 */
import { writeU16 } from "../../net/bytes.ts";
import { type Duid, duidLl } from "../../net/duid.ts";
import { type Ipv6, parseIpv6 } from "../../net/ipv6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { iaAddressOption, iaOption, iaPrefixOption } from "../../wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionRequest } from "../../wire/dhcp6/options.ts";

/** ff02::1:2, to which clients send whatever they have to say (section 7.1). */
export const ALL_DHCP_RELAY_AGENTS_AND_SERVERS: Ipv6 = parseIpv6("ff02::1:2") as Ipv6;

/** The two types of identity association: for addresses and for delegated prefixes. */
export type AssociationKind = "IA_NA" | "IA_PD";

/** What a client asks for, or says that it has, in one identity association. */
export interface AssociationRequest {
  readonly kind: AssociationKind;
  /** Unsigned 32 bit; an IA_NA and an IA_PD may have the same. */
  readonly iaid: number;
  /**
   * Addresses, which are prefixes of 128 bits, in an IA_NA; prefixes in an IA_PD. ::/56 wishes for
   * a prefix of that length (RFC 8168).
   */
  readonly prefixes: readonly Ipv6Prefix[];
}

/** What a client wants, the same in every message of its life. */
export interface ClientSettings {
  /** Of 3 to 130 bytes. */
  readonly duid: Duid;
  /** Each association that it wants leases for, with what it would like to have. */
  readonly associations: readonly AssociationRequest[];
  /**
   * Codes of the options that it wants. SOL_MAX_RT, INF_MAX_RT and the information refresh time are
   * asked for in any case, where they must be.
   */
  readonly optionRequest: readonly number[];
  /**
   * Further options of SOLICIT, REQUEST, RENEW, REBIND and INFORMATION-REQUEST, such as its name
   * (39) or vendor class (16).
   */
  readonly options: readonly Option[];
  /** Offers to take a REPLY in answer to the SOLICIT (section 18.2.1). */
  readonly rapidCommit: boolean;
  /** Heeds a RECONFIGURE of the server that gave it a key (section 18.2.11). */
  readonly acceptReconfigure: boolean;
}

/** What tells the messages of one exchange apart from others (RFC 8415 section 16.1). */
export interface Transaction {
  /** 24 bits. */
  readonly transactionId: number;
  /** Milliseconds since the first message of this exchange was sent. */
  readonly elapsed: number;
}

/** The options that a client asks for unless told otherwise (option 6). */
export const DEFAULT_OPTION_REQUEST: readonly number[] = [OptionCode.dnsServers, OptionCode.domainSearch, OptionCode.ntpServer];

/**
 * The settings of an Ethernet client whose DUID is its link-layer address, and that wants one
 * address. Throws TypeError for what is no bytes.
 */
export function ethernetClient(hardwareAddress: Uint8Array): ClientSettings {
  checkBytes(hardwareAddress, "hardwareAddress", "parseMac of leasehold/net, which makes it of text");
  return {
    duid: duidLl({ type: 1, address: hardwareAddress }),
    associations: [{ kind: "IA_NA", iaid: 1, prefixes: [] }],
    optionRequest: DEFAULT_OPTION_REQUEST,
    options: [],
    rapidCommit: false,
    acceptReconfigure: false,
  };
}

/** Looks for servers (section 18.2.1). */
export function solicit(settings: ClientSettings, transaction: Transaction): Message {
  const rapid = settings.rapidCommit ? [{ code: OptionCode.rapidCommit, data: new Uint8Array(0) }] : [];
  return enquiry(settings, MessageType.SOLICIT, transaction, undefined, rapid, settings.associations);
}

/** Takes up what this server advertised (section 18.2.2). */
export function request(
  settings: ClientSettings,
  transaction: Transaction,
  server: Duid,
  associations: readonly AssociationRequest[],
): Message {
  return enquiry(settings, MessageType.REQUEST, transaction, server, [], associations);
}

/** Asks whether these addresses are right on the link (section 18.2.3). */
export function confirm(settings: ClientSettings, transaction: Transaction, associations: readonly AssociationRequest[]): Message {
  return notice(settings, MessageType.CONFIRM, transaction, undefined, associations);
}

/** Asks the server that gave the leases for more time (section 18.2.4). */
export function renew(
  settings: ClientSettings,
  transaction: Transaction,
  server: Duid,
  associations: readonly AssociationRequest[],
): Message {
  return enquiry(settings, MessageType.RENEW, transaction, server, [], associations);
}

/** Asks any server for more time (section 18.2.5). */
export function rebind(settings: ClientSettings, transaction: Transaction, associations: readonly AssociationRequest[]): Message {
  return enquiry(settings, MessageType.REBIND, transaction, undefined, [], associations);
}

/** Gives these leases back to the server that gave them (section 18.2.7). */
export function release(
  settings: ClientSettings,
  transaction: Transaction,
  server: Duid,
  associations: readonly AssociationRequest[],
): Message {
  return notice(settings, MessageType.RELEASE, transaction, server, associations);
}

/** Says that somebody else uses these addresses (section 18.2.8). */
export function decline(
  settings: ClientSettings,
  transaction: Transaction,
  server: Duid,
  associations: readonly AssociationRequest[],
): Message {
  return notice(settings, MessageType.DECLINE, transaction, server, associations);
}

/**
 * Asks for options only (section 18.2.6); `server` is the one whose RECONFIGURE it answers, if it
 * does.
 */
export function informationRequest(settings: ClientSettings, transaction: Transaction, server: Duid | undefined): Message {
  return enquiry(settings, MessageType["INFORMATION-REQUEST"], transaction, server, [], []);
}

/** A message with everything that the client says about itself. */
function enquiry(
  settings: ClientSettings,
  type: MessageType,
  transaction: Transaction,
  server: Duid | undefined,
  specific: readonly Option[],
  associations: readonly AssociationRequest[],
): Message {
  const must = type === MessageType["INFORMATION-REQUEST"] ? INFORMATION_CODES : LEASE_CODES;
  const reconfigure = settings.acceptReconfigure ? [{ code: OptionCode.reconfigureAccept, data: new Uint8Array(0) }] : [];
  return message(type, transaction, [
    ...identifiers(settings, server),
    ...specific,
    ...reconfigure,
    elapsedTime(transaction.elapsed),
    optionRequest([...new Set([...settings.optionRequest, ...must])]),
    ...associations.map(associationOption),
    ...settings.options,
  ]);
}

/** What must be asked for (sections 21.23 to 21.25). */
const LEASE_CODES = [OptionCode.solMaxRt] as const;
const INFORMATION_CODES = [OptionCode.infMaxRt, OptionCode.informationRefreshTime] as const;

/** A message about leases, in which no options are asked for. */
function notice(
  settings: ClientSettings,
  type: MessageType,
  transaction: Transaction,
  server: Duid | undefined,
  associations: readonly AssociationRequest[],
): Message {
  return message(type, transaction, [
    ...identifiers(settings, server),
    elapsedTime(transaction.elapsed),
    ...associations.map(associationOption),
  ]);
}

function message(type: MessageType, { transactionId }: Transaction, options: readonly Option[]): Message {
  return { type, transactionId, options, relays: [] };
}

function identifiers(settings: ClientSettings, server: Duid | undefined): Option[] {
  const client = { code: OptionCode.clientIdentifier, data: settings.duid };
  return server === undefined ? [client] : [client, { code: OptionCode.serverIdentifier, data: server }];
}

/** In hundredths of a second, as far as they go (section 21.9). */
function elapsedTime(milliseconds: number): Option {
  const data = new Uint8Array(2);
  writeU16(data, 0, Math.min(Math.floor(milliseconds / 10), 0xffff));
  return { code: OptionCode.elapsedTime, data };
}

/** All times are 0: the server chooses (sections 21.4 and 21.6). */
function associationOption({ kind, iaid, prefixes }: AssociationRequest): Option {
  return kind === "IA_NA"
    ? iaOption(
        OptionCode.iaNa,
        iaid,
        0,
        0,
        prefixes.map((prefix) => iaAddressOption(prefix, 0, 0)),
      )
    : iaOption(
        OptionCode.iaPd,
        iaid,
        0,
        0,
        prefixes.map((prefix) => iaPrefixOption(prefix, 0, 0)),
      );
}
