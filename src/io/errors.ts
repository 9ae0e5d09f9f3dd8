import { TransportError } from "./transport.ts";

/**
 * What to do when the address, as text, cannot be bound with this port. `code` is the errno name.
 * `rival`: who else is likely to be there.
 */
export function bindError(
  code: string,
  address: string,
  port: number,
  protocol: "UDP" | "TCP" = "UDP",
  rival = "another DHCP server (dnsmasq, isc-dhcp-server, Kea, systemd-networkd)",
): TransportError {
  const isIpv6 = address.includes(":");
  const where = isIpv6 ? `[${address}]:${port}` : `${address}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return new TransportError(
        code,
        `${protocol} port ${where} is taken by another program, perhaps ${rival}: \`ss -l${protocol === "TCP" ? "t" : "u"}np 'sport = ${port}'\` names it (as root); stop it, or listen on another port`,
      );
    case "EACCES":
    case "EPERM":
      return new TransportError(
        code,
        `${protocol} port ${where} needs privileges: run as root or with CAP_NET_BIND_SERVICE, or listen on a port above 1023`,
      );
    case "EADDRNOTAVAIL":
      return new TransportError(
        code,
        `${address} is not an address of this machine: \`ip -${isIpv6 ? 6 : 4} address\` lists them; ${isIpv6 ? "::" : "0.0.0.0"} stands for all`,
      );
    default:
      return new TransportError(code, `${protocol} port ${where} cannot be opened (${code})`);
  }
}
