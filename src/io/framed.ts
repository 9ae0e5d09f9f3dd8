import type { Socket } from "node:net";

/*
 * A TCP connection on which messages stand one behind the other, each behind its length in 16 bits
 * (RFC 5460 section 5.1, RFC 6926 section 6.1; of DNS RFC 1035 section 4.2.2).
 */

/** Bytes of the length. */
export const LENGTH_SIZE = 2;
/** How long the other end may take to read what was sent last, in milliseconds. */
export const LINGER = 1000;

/**
 * The messages that come in, without their lengths. Reads on only when the one before is done with.
 * Throws when one is longer than `longest` bytes, or the connection breaks.
 */
export async function* messagesIn(socket: Socket, longest: number): AsyncGenerator<Uint8Array, undefined, undefined> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= LENGTH_SIZE) {
      const end = LENGTH_SIZE + held.readUInt16BE(0);
      if (end - LENGTH_SIZE > longest) throw new Error(`a message of ${end - LENGTH_SIZE} bytes`);
      if (held.length < end) break;
      yield held.subarray(LENGTH_SIZE, end);
      held = held.subarray(end);
    }
  }
}

/** Settles when the system has taken the bytes; rejects when the connection breaks. */
export function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Closes the connection, and settles when it is closed. What still comes in is read for a while:
 * else the other end might not get what was sent last.
 */
export function ended(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  const linger = setTimeout(() => socket.destroy(), LINGER);
  return new Promise((resolve) => {
    socket.once("close", () => {
      clearTimeout(linger);
      resolve();
    });
    socket.end();
    socket.resume();
  });
}
