import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { DnsEndpoint } from "../../config/model/names.ts";

/** A socket that only one place hears, and is heard from. */
export interface NotifySocket {
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface NotifySocketParts {
  readonly to: DnsEndpoint;
  /** Where this server answers: a secondary hears nothing from elsewhere (RFC 1996 section 3.10). */
  readonly own: readonly DnsEndpoint[];
  readonly onMessage: (bytes: Uint8Array) => void;
  /** Such as that nobody listens there. */
  readonly onError: (error: Error) => void;
}

/** Leaves it to the system which address it sends from, if that is one of those. */
export async function openNotifySocket(parts: NotifySocketParts): Promise<NotifySocket> {
  const { to, own } = parts;
  const socket = await connect(parts, undefined);
  const chosen = socket.address().address;
  const family = own.filter(({ address }) => isIPv6(address.replace(/%.*/, "")) === isIPv6(to.address));
  const [better] = family.filter(({ address }) => isLoopback(address) === isLoopback(to.address));
  if (better === undefined || family.some(({ address }) => address === chosen)) return wrap(socket);
  socket.close();
  return wrap(await connect(parts, better.address));
}

function connect({ to, onMessage, onError }: NotifySocketParts, from: string | undefined): Promise<Socket> {
  const socket = createSocket(isIPv6(to.address) ? "udp6" : "udp4");
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once("error", fail);
    const connectNow = (): void =>
      socket.connect(to.port, to.address, ((error?: Error) => {
        if (error !== undefined && error !== null) {
          fail(error);
          return;
        }
        socket.off("error", fail);
        socket.on("error", onError);
        socket.on("message", onMessage);
        resolve(socket);
      }) as () => void);
    if (from === undefined) connectNow();
    else socket.bind({ address: from }, connectNow);
  });
}

function wrap(socket: Socket): NotifySocket {
  return {
    // What goes wrong is told of by the answer that does not come.
    send: (bytes) => socket.send(bytes, () => {}),
    close: () => {
      socket.removeAllListeners();
      socket.on("error", () => {});
      socket.close();
    },
  };
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
