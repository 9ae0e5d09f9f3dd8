import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { DnsEndpoint } from "../../config/model/names.ts";
import { bindError } from "../../io/errors.ts";

/** Bytes that may wait to be sent from one socket; what is beyond is not sent. */
const MOST_WAITING = 1 << 20;

/** Who else listens at the port of DNS. */
export const RIVAL = "another DNS server, such as systemd-resolved or dnsmasq";

/** What is done with a datagram: undefined: there is no answer. */
export type OnDatagram = (bytes: Uint8Array, from: RemoteInfo) => Uint8Array | undefined;

/** A place that is listened at. */
export interface Listener {
  close(): void;
}

export interface UdpParts {
  readonly at: DnsEndpoint;
  readonly onDatagram: OnDatagram;
  /** An answer could not be sent. */
  readonly onUnsent: () => void;
  /** The socket is of no use any more, and closed. */
  readonly onBroken: (error: Error) => void;
}

/** Answers leave from the address that was asked. Rejects with TransportError. */
export function listenByUdp({ at, onDatagram, onUnsent, onBroken }: UdpParts): Promise<Listener> {
  const isOfIpv6 = isIPv6(withoutScope(at.address));
  const socket = createSocket({
    type: isOfIpv6 ? "udp6" : "udp4",
    ipv6Only: isOfIpv6,
    // Addresses are asked for of nobody: what comes from the system is one.
    lookup: (address, _options, found) => found(null, address, isIPv6(withoutScope(address)) ? 6 : 4),
  });
  const answered = (error: Error | null): void => {
    if (error !== null) onUnsent();
  };
  socket.on("message", (bytes, from) => {
    // Nobody is there; the socket throws.
    if (from.port === 0) return;
    const answer = onDatagram(bytes, from);
    if (answer === undefined) return;
    if (socket.getSendQueueSize() > MOST_WAITING) onUnsent();
    else socket.send(answer, from.port, from.address, answered);
  });
  return new Promise((resolve, reject) => {
    socket.once("error", (error: NodeJS.ErrnoException) => {
      closeQuietly(socket);
      reject(bindError(error.code ?? error.message, at.address, at.port, "UDP", RIVAL));
    });
    socket.bind({ address: at.address, port: at.port }, () => {
      socket.removeAllListeners("error");
      socket.on("error", (error) => {
        closeQuietly(socket);
        onBroken(error);
      });
      resolve({ close: () => closeQuietly(socket) });
    });
  });
}

/** Without the interface of an address of the link. */
function withoutScope(address: string): string {
  return address.replace(/%.*/, "");
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It is closed.
  }
}
