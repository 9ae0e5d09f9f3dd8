/** Why a server can't be sent to from this machine, and what to do. */
import { type SendFailure, TransportError } from "../io/transport.ts";
import type { Family } from "./family.ts";

/** What the system says of an address before anything is sent. `code` is the errno name. */
export function unreachable<A>(family: Family<A>, address: A, code: string): TransportError {
  const text = family.format(address);
  switch (code) {
    case "ENETUNREACH":
    case "EHOSTUNREACH":
    case "ENETDOWN":
    case "EADDRNOTAVAIL":
      return new TransportError(
        code,
        family.isGroup(address) ? `${text} is of a link: name its interface with --interface` : noRoute(text),
      );
    case "EACCES":
    case "EPERM":
      return new TransportError(
        code,
        `${text} can't be sent to (${code}): it is a broadcast address, or a firewall forbids it; ask all servers on a link with --interface NAME`,
      );
    case "EINVAL":
      return new TransportError(code, `${text} says nothing without its link: name the interface with --interface`);
    case "EAFNOSUPPORT":
    case "EPROTONOSUPPORT":
      return new TransportError(code, `this machine has no ${family.name}: load its module, or enable it in the kernel`);
    default:
      return new TransportError(code, `${text} can't be sent to (${code})`);
  }
}

const noRoute = (text: string): string =>
  `there is no route to ${text} from this machine: \`ip route get ${text}\` shows what the kernel would do; correct the address, or bring up the interface on the way`;

const noLink = (family: string): string =>
  `nothing can be sent on that link: the interface is down, or has no ${family} address (\`ip link\` and \`ip address\` show it)`;

/**
 * What the system made of datagrams to an address; undefined: it took them all. Counts are those of
 * a transport.
 */
export function sendProblem<A>(family: Family<A>, address: A, notSent: Readonly<Record<SendFailure, number>>): TransportError | undefined {
  for (const [failure, words] of Object.entries(PROBLEMS) as [SendFailure, (text: string) => string][]) {
    if (notSent[failure] === 0) continue;
    const text = family.format(address);
    return new TransportError(failure, failure === "no-route" && family.isGroup(address) ? noLink(family.name) : words(text));
  }
  return undefined;
}

const PROBLEMS: Readonly<Record<SendFailure, (text: string) => string>> = {
  "no-route": noRoute,
  "not-permitted": (text) => `the system does not let this process send to ${text}: a firewall, or missing privileges (run as root)`,
  "too-large": (text) => `the message is larger than the way to ${text} carries: send fewer options`,
  "would-block": (text) => `nobody on the link answers for ${text} (ARP, or neighbor discovery): is the machine up, and the address right?`,
  other: (text) => `the system refused to send to ${text}: is the address one that can be sent to, and the interface up?`,
};
