import { NEVER } from "../../leases/lease.ts";
import { isDuid } from "../../net/duid.ts";
import { RefusedError, type RequestHandler } from "../requests.ts";
import { hexBytes } from "./query.ts";

/** What `add-lease` asks for, whatever the protocol. */
export interface LeaseRequest {
  readonly address: string;
  readonly hardwareAddress: Uint8Array | undefined;
  readonly clientId: Uint8Array | undefined;
  readonly duid: Uint8Array | undefined;
  readonly iaid: number | undefined;
  readonly hostname: Uint8Array | undefined;
  /** In seconds; undefined: the usual one of its place. */
  readonly duration: number | undefined;
}

/**
 * Gives leases of one protocol; undefined: the address is none of it. Rejects with RefusedError.
 */
export type LeaseAdder = (request: LeaseRequest) => Promise<void> | undefined;

const LONGEST_HARDWARE_ADDRESS = 16;
const LONGEST_CLIENT_ID = 255;
const LONGEST_HOSTNAME = 253;

/**
 * Answers `add-lease`: `address`, then `hardware_address` or `client_id`, or of DHCPv6 `duid` and
 * `iaid`, and `hostname`; `lease_time` in seconds, or `infinite`. The lease is durable then.
 */
export function addLeaseHandler(adders: () => readonly LeaseAdder[]): RequestHandler {
  return async (request) => {
    const asked = readRequest(request);
    for (const add of adders()) {
      const adding = add(asked);
      if (adding === undefined) continue;
      await adding;
      return { address: asked.address };
    }
    throw new RefusedError("invalid", `address: ${asked.address} is no address that this server leases`);
  };
}

function readRequest(request: Readonly<Record<string, unknown>>): LeaseRequest {
  const { kind: _, address, hardware_address, client_id, duid, iaid, hostname, lease_time, infinite, ...others } = request;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new RefusedError("invalid", `${unknown}: a new lease has no such field`);
  if (typeof address !== "string") throw new RefusedError("invalid", "address: expected an address such as 10.0.0.5");
  if (infinite !== undefined && typeof infinite !== "boolean") throw new RefusedError("invalid", "infinite: expected true or false");
  const time = optional(lease_time, "lease_time", "a number of seconds from 1", (value) => whole(value, 1, NEVER - 1));
  if (infinite && time !== undefined) throw new RefusedError("invalid", "lease_time: a lease that is infinite has none");
  return {
    address,
    hardwareAddress: hex(hardware_address, "hardware_address", (bytes) => bytes.length <= LONGEST_HARDWARE_ADDRESS),
    // RFC 2132 section 9.14: a type and at least one byte.
    clientId: hex(client_id, "client_id", (bytes) => bytes.length >= 2 && bytes.length <= LONGEST_CLIENT_ID),
    duid: hex(duid, "duid", isDuid),
    iaid: optional(iaid, "iaid", "a number from 0 to 4294967295", (value) => whole(value, 0, 0xffffffff)),
    hostname: optional(hostname, "hostname", `a name of at most ${LONGEST_HOSTNAME} bytes`, name),
    duration: infinite ? NEVER : time,
  };
}

function optional<T>(value: unknown, field: string, expected: string, read: (value: unknown) => T | undefined): T | undefined {
  if (value === undefined || value === null) return undefined;
  const known = read(value);
  if (known === undefined) throw new RefusedError("invalid", `${field}: expected ${expected}`);
  return known;
}

function hex(value: unknown, field: string, isFit: (bytes: Uint8Array) => boolean): Uint8Array | undefined {
  return optional(value, field, "hex digits such as 52:54:00:12:34:56, of a length that it can have", (text) => {
    const bytes = typeof text === "string" ? hexBytes(text) : undefined;
    return bytes !== undefined && bytes.length > 0 && isFit(bytes) ? bytes : undefined;
  });
}

function whole(value: unknown, least: number, most: number): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

function name(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const bytes = new TextEncoder().encode(value);
  return bytes.length <= LONGEST_HOSTNAME ? bytes : undefined;
}
