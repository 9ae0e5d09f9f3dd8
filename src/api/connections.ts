import type { Server } from "node:net";

/**
 * Connections to one listener, and how many of them one address may have: more than requests that
 * the server has to answer at one time, so that those that are too many are told so.
 */
const MOST = 256;
const MOST_OF_ADDRESS = 96;

/**
 * Closes at once what is too much: nobody shuts out the others by connecting. `warn` is told of
 * each such connection.
 */
export function limitConnections(server: Server, warn: (text: string) => void): void {
  const open = new Map<string, number>();
  server.maxConnections = MOST;
  server.on("drop", (from) =>
    warn(`${from?.remoteAddress ?? "a client"} could not connect to the HTTP API: there are ${MOST} connections`),
  );
  server.on("connection", (socket) => {
    const { remoteAddress } = socket;
    // A Unix socket has none.
    if (remoteAddress === undefined) return;
    const count = open.get(remoteAddress) ?? 0;
    if (count >= MOST_OF_ADDRESS) {
      socket.destroy();
      warn(`${remoteAddress} could not connect to the HTTP API: it has ${MOST_OF_ADDRESS} connections, the most for one address`);
      return;
    }
    open.set(remoteAddress, count + 1);
    socket.once("close", () => {
      const left = (open.get(remoteAddress) as number) - 1;
      if (left === 0) open.delete(remoteAddress);
      else open.set(remoteAddress, left);
    });
  });
}
