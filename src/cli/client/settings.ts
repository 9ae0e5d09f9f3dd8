/** From the command line of `leasehold client` to what the clients say. */
import * as client4 from "../../client/dhcp4/index.ts";
import * as client6 from "../../client/dhcp6/index.ts";
import { MAX_DUID_SIZE, MIN_DUID_SIZE, parseDuid } from "../../net/duid.ts";
import { IPV6_UNSPECIFIED } from "../../net/ipv6.ts";
import { ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { encodeValue } from "../../wire/values/values.ts";
import { parseNumber, UsageError } from "../endpoint.ts";
import { OPTION_TABLE as OPTIONS4 } from "../probe/dhcp4/look.ts";
import { OPTION_TABLE as OPTIONS6 } from "../probe/dhcp6/look.ts";
import { type OptionTable, readOption, readOptionList } from "../probe/option-flags.ts";

/** As typed. */
export interface SettingsFlags {
  readonly anonymous?: boolean;
  readonly rapidCommit?: boolean;
  readonly hostname?: string;
  readonly option: readonly string[];
  readonly option6: readonly string[];
  readonly requestOptions?: string;
  readonly requestOptions6?: string;
  readonly clientId?: string;
  readonly broadcast?: boolean;
  readonly duid?: string;
  readonly iaid?: string;
  readonly na?: boolean;
  readonly pd?: boolean | string;
  readonly reconfigureAccept?: boolean;
}

/** What the profile forbids (RFC 7844), by its flag. */
export function checkAnonymity(flags: SettingsFlags & { readonly state?: string }): void {
  if (flags.anonymous !== true) return;
  const { hostname, clientId, duid, state, option, option6 } = flags;
  const given = {
    "--hostname": hostname,
    "--client-id": clientId,
    "--duid": duid,
    "--state": state,
    "--option": option[0],
    "--option6": option6[0],
  };
  const [forbidden] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (forbidden !== undefined) throw new UsageError(`${forbidden} and --anonymous: it would tell who the client is (RFC 7844)`);
}

export function dhcp4Settings(flags: SettingsFlags, hardwareAddress: Uint8Array): client4.ClientSettings {
  const usual = flags.anonymous === true ? client4.anonymousClient(hardwareAddress) : client4.ethernetClient(hardwareAddress);
  const options = flags.option.map((given) => readOption(OPTIONS4, "--option", given));
  if (flags.hostname !== undefined) options.push(named(OPTIONS4, "hostname", flags.hostname));
  return {
    ...usual,
    clientIdentifier: clientIdentifier(flags.clientId, usual.clientIdentifier),
    parameterRequestList: readOptionList(OPTIONS4, "--request-options", flags.requestOptions, usual.parameterRequestList),
    broadcast: flags.broadcast === true,
    options,
    rapidCommit: flags.rapidCommit === true,
  };
}

export function dhcp6Settings(flags: SettingsFlags, hardwareAddress: Uint8Array): client6.ClientSettings {
  const usual = flags.anonymous === true ? client6.anonymousClient(hardwareAddress) : client6.ethernetClient(hardwareAddress);
  const options = flags.option6.map((given) => readOption(OPTIONS6, "--option6", given));
  if (flags.hostname !== undefined) options.push(named(OPTIONS6, "client_fqdn", { name: flags.hostname }));
  const duid = flags.duid === undefined ? usual.duid : parseDuid(flags.duid);
  if (duid === undefined) {
    throw new UsageError(`--duid ${flags.duid}: ${MIN_DUID_SIZE} to ${MAX_DUID_SIZE} hex pairs, such as 00:03:00:01:02:00:00:00:00:01`);
  }
  return {
    duid,
    associations: associations(flags),
    optionRequest: readOptionList(OPTIONS6, "--request-options6", flags.requestOptions6, usual.optionRequest),
    options,
    rapidCommit: flags.rapidCommit === true,
    acceptReconfigure: flags.reconfigureAccept === true,
  };
}

function associations({ iaid: given, na, pd }: SettingsFlags): readonly client6.AssociationRequest[] {
  const iaid = given === undefined ? 1 : parseNumber("--iaid", given, 0, 0xffffffff, true);
  const wanted: client6.AssociationRequest[] = [];
  if (na !== false) wanted.push({ kind: "IA_NA", iaid, prefixes: [] });
  if (pd !== undefined && pd !== false) {
    const length = pd === true ? undefined : parseNumber("--pd", pd, 1, 127, true);
    wanted.push({ kind: "IA_PD", iaid, prefixes: length === undefined ? [] : [ipv6Prefix(IPV6_UNSPECIFIED, length)] });
  }
  if (wanted.length === 0) throw new UsageError("--no-na: nothing is asked for then: add --pd, or --stateless for options only");
  return wanted;
}

/** Hex pairs as bytes; any other text behind a type of 0, which says that it is no address. */
function clientIdentifier(given: string | undefined, usual: Uint8Array | undefined): Uint8Array | undefined {
  if (given === undefined) return usual;
  if (given === "none") return undefined;
  const { data } = readOption(OPTIONS4, "--client-id", `client_identifier=hex:${hexOf(given)}`);
  if (data.length < 2) throw new UsageError(`--client-id ${given}: at least two bytes (RFC 2132 section 9.14)`);
  return data;
}

function hexOf(text: string): string {
  if (/^[0-9a-f]{2}([:-]?[0-9a-f]{2})+$/i.test(text)) return text.replaceAll(/[:-]/g, "");
  return `00${Buffer.from(text, "utf8").toString("hex")}`;
}

function named(table: OptionTable, name: string, value: unknown): { readonly code: number; readonly data: Uint8Array } {
  const definition = table.byName(name);
  if (definition === undefined) throw new Error(`no option ${name}`);
  const encoded = encodeValue(definition.type, value);
  if (!encoded.ok) throw new UsageError(`--hostname: ${encoded.problem}`);
  return { code: definition.code, data: encoded.data };
}
