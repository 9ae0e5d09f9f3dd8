import { randomBytes } from "node:crypto";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { createResponder, type Responder, type ResponderParts, type ResponderSpec } from "../../../src/dns/responder/responder.ts";
import { freePort } from "../../support/bind.ts";
import type { NameTable } from "../name-table.ts";
import { ZONES } from "./support.ts";

/** A responder on loopback. */
export interface Served {
  readonly responder: Responder;
  readonly address: string;
  readonly port: number;
  readonly spec: ResponderSpec;
  /** What the log has. */
  readonly told: readonly string[];
  /** The serial numbers that were saved. */
  readonly serials: Map<string, number>;
}

export async function serve(
  t: TestContext,
  names: NameTable,
  spec: Partial<ResponderSpec> = {},
  parts: Partial<ResponderParts> = {},
  serials: Map<string, number> = new Map(),
): Promise<Served> {
  const port = spec.listen?.[0]?.port ?? (await freePort());
  const told: string[] = [];
  const whole = { listen: [{ address: "127.0.0.1", port }], zones: ZONES, ttl: 300, secondaries: [], ...spec };
  const responder = createResponder({
    spec: whole,
    names,
    serials: { get: (zone) => serials.get(zone), set: (zone, serial) => void serials.set(zone, serial) },
    log: (level, text) => told.push(`${level} ${text}`),
    now: () => Date.now() / 1000,
    ...parts,
  });
  t.after(() => responder.close());
  await responder.ready;
  return { responder, address: whole.listen[0]?.address ?? "", port, spec: whole, told, serials };
}

/** A connection that is written to by hand. */
export interface Connection {
  readonly socket: Socket;
  /** All that came. */
  bytes(): Buffer;
  readonly closed: Promise<void>;
}

export async function open(t: TestContext, address: string, port: number): Promise<Connection> {
  const socket = connect(port, address);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  t.after(() => socket.destroy());
  await Promise.race([new Promise((resolve) => socket.once("connect", resolve)), closed]);
  return { socket, bytes: () => Buffer.concat(chunks), closed };
}

/** A message behind its length. */
export function framed(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(bytes.length >>> 8, bytes.length & 255, ...bytes);
}

/** The messages of a stream, without their lengths. */
export function unframed(stream: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 2 <= stream.length; ) {
    const length = stream.readUInt16BE(at);
    found.push(stream.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

export function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Bytes that mean nothing. */
export function noise(length: number): Uint8Array {
  return randomBytes(length);
}
