import type { ServerIdentifierSpec } from "../../config/model/dhcp6.ts";
import type { LocalInterface } from "../../io/transport.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import { type Duid, duidEn, duidLl, duidLlt, duidTime, duidUuid, type Hardware, isDuid, parseDuid } from "../../net/duid.ts";
import type { Facts } from "../facts.ts";

/*
 * The DUID by which clients know this server (RFC 8415 section 11): made once, and kept in the
 * database, so that it outlives the interface that it was made of, and the clock. It is made anew
 * only when the configuration asks for another one.
 */

/** Facts: the DUID, and the `server_id` that it was made by, as text. */
const DUID = "dhcp6.server_identifier";
const MADE_BY = "dhcp6.server_identifier_spec";

/** Hardware type of Ethernet (IANA). */
const ETHERNET = 1;
const EN_IDENTIFIER_SIZE = 8;
const UUID_SIZE = 16;

export interface ServerIdentifierParts {
  readonly spec: ServerIdentifierSpec;
  readonly facts: Facts;
  /** The interfaces of this machine, those that are served first. */
  readonly local: readonly Pick<LocalInterface<unknown>, "hardwareAddress" | "loopback">[];
  /** Seconds since 1970. */
  readonly now: number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** The text of a file; undefined: there is none. */
  readonly readFile: (path: string) => string | undefined;
  readonly warn: (text: string) => void;
}

/** The DUID of this server: the one that it had, or else a new one, which is kept. */
export function serverIdentifier(parts: ServerIdentifierParts): Duid {
  const { spec, facts } = parts;
  if (!spec.persist) return make(parts);
  const madeBy = new TextEncoder().encode(textOf(spec));
  const [known, knownBy] = [facts.get(DUID), facts.get(MADE_BY)];
  if (known !== undefined && isDuid(known) && knownBy !== undefined && equalBytes(knownBy, madeBy)) return known;
  const duid = (spec.path === undefined ? undefined : readFromFile(spec.path, parts)) ?? make(parts);
  facts.set(DUID, duid);
  facts.set(MADE_BY, madeBy);
  return duid;
}

/** What makes it another one when it changes. */
function textOf({ type, identifier, time, hardwareType, enterpriseId, path }: ServerIdentifierSpec): string {
  return JSON.stringify([type, identifier && toHex(identifier), time, hardwareType, enterpriseId, path]);
}

/** dora writes `{"identifier": "HEX", ...}`. */
function readFromFile(path: string, { readFile, warn }: ServerIdentifierParts): Duid | undefined {
  try {
    const text = readFile(path);
    if (text === undefined) return undefined;
    const { identifier } = JSON.parse(text) as { readonly identifier?: unknown };
    const duid = typeof identifier === "string" ? parseDuid(identifier) : undefined;
    if (duid !== undefined) return duid;
    warn(`server_id: ${path} holds no \`identifier\` of 3 to 130 bytes in hex: this server gets a new one`);
  } catch (error) {
    warn(
      `server_id: ${path} can't be read, so this server gets a new identifier: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return undefined;
}

function make(parts: ServerIdentifierParts): Duid {
  const { type, identifier, time, enterpriseId } = parts.spec;
  if (type === "EN") return duidEn(enterpriseId as number, identifier ?? parts.randomBytes(EN_IDENTIFIER_SIZE));
  const hardware = type === "UUID" ? undefined : hardwareFor(parts);
  // A machine without any hardware address, such as one with tunnels only.
  if (hardware === undefined) return duidUuid(identifier ?? randomUuid(parts.randomBytes(UUID_SIZE)));
  return type === "LL" ? duidLl(hardware) : duidLlt(hardware, time ?? duidTime(parts.now));
}

function hardwareFor({ spec, local }: ServerIdentifierParts): Hardware | undefined {
  const address =
    spec.identifier ??
    local.find(({ loopback, hardwareAddress }) => !loopback && hardwareAddress.some((byte) => byte !== 0))?.hardwareAddress;
  return address && { type: spec.hardwareType ?? ETHERNET, address: address.slice() };
}

/** Version 4, variant 1 (RFC 9562 section 5.4). */
function randomUuid(bytes: Uint8Array): Uint8Array {
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
}
