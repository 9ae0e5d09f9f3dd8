import { formatIpv4, type Ipv4 } from "../net/ipv4.ts";
import { TransportError } from "./transport.ts";

/** What to do when ADDRESS:PORT cannot be bound. `code` is the errno name. */
export function bindError(code: string, address: Ipv4, port: number): TransportError {
  const where = `${formatIpv4(address)}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return new TransportError(
        code,
        `UDP port ${where} is taken by another program, perhaps another DHCP server: \`ss -lunp 'sport = ${port}'\` names it (as root); stop it, or listen on another port`,
      );
    case "EACCES":
    case "EPERM":
      return new TransportError(
        code,
        `UDP port ${where} needs privileges: run as root or with CAP_NET_BIND_SERVICE, or listen on a port above 1023`,
      );
    case "EADDRNOTAVAIL":
      return new TransportError(
        code,
        `${formatIpv4(address)} is not an address of this machine: \`ip -4 address\` lists them; 0.0.0.0 stands for all`,
      );
    default:
      return new TransportError(code, `UDP port ${where} cannot be opened (${code})`);
  }
}
