import { createLogAllowance, type LogAllowance, withLeftOut } from "../io/log-allowance.ts";
import { formatMac } from "../net/mac.ts";
import { type Log, SaidFacts } from "./log.ts";

/*
 * Other DHCP servers on the links that are served, wanted or not: those whose messages are heard,
 * and those that clients speak to, by what they say. The operator is told of each, and again every
 * hour as long as it is there. Anybody on the link can send such messages: what is remembered is
 * bounded, and so is what is written.
 */

/** Servers that are remembered. */
const MOST_KNOWN = 64;
/** Entries a minute. */
const ALLOWED = 10;
/**
 * How long one that is not heard any more counts, and how often the same is said, in milliseconds.
 */
const HOUR = 3_600_000;

/** How another server was noticed. Byte strings are valid during the call. */
export interface Sighting {
  /** Its server identifier, as text. */
  readonly server: string;
  readonly interfaceIndex: number;
  /** Of the server, or the relay that sent it on; undefined: only a client told of it. */
  readonly hardwareAddress: Uint8Array | undefined;
  /** What was heard, such as `OFFER of 10.0.0.5` or `REQUEST of 02:00:00:00:00:01`. */
  readonly what: string;
}

/** Another server, as an operator is told of it. */
export interface OtherServer {
  /** Its server identifier. */
  readonly server: string;
  readonly interface: string;
  /** Absent: only clients told of it. */
  readonly hardwareAddress?: string;
  /** When it was noticed last, as in RFC 3339, and by what. */
  readonly last: string;
  readonly what: string;
  /** How often it was noticed. */
  readonly count: number;
}

export interface OtherServers {
  noticed(sighting: Sighting): void;
  /** Those of the last hour, the last one first. */
  list(): readonly OtherServer[];
  /** By what the entries are about. */
  readonly allowances: readonly (readonly [subject: string, LogAllowance])[];
}

export interface OtherServersParts {
  /** What people call the protocol. */
  readonly name: string;
  readonly log: Log;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
  /** The name of an interface; undefined: it is none. */
  readonly interfaceName: (index: number) => string | undefined;
}

interface Known {
  readonly server: string;
  readonly interfaceIndex: number;
  hardwareAddress: string | undefined;
  what: string;
  count: number;
  last: number;
  /** When the log told of it. */
  told: number;
}

export function createOtherServers({ name, log, uptime, interfaceName }: OtherServersParts): OtherServers {
  /** The one that was noticed last is the last. */
  const known = new Map<string, Known>();
  const allowance = createLogAllowance(ALLOWED, uptime);
  const nameOf = (index: number): string => interfaceName(index) ?? `interface ${index}`;

  function tell(one: Known): void {
    const leftOut = allowance.take();
    if (leftOut === undefined) return;
    one.told = one.last;
    const { server, hardwareAddress, what } = one;
    const at = nameOf(one.interfaceIndex);
    const who = hardwareAddress === undefined ? server : `${server} (${hardwareAddress})`;
    const how = hardwareAddress === undefined ? `a client speaks to it: ${what}` : `it sent ${what}`;
    const facts = { server, interface: at, ...(hardwareAddress === undefined ? {} : { hardware_address: hardwareAddress }) };
    const text = `another ${name} server, ${who}, serves ${at}: ${how}. If it should not be there, clients may get from it what does not work`;
    // That a client speaks to another server is normal where there are two.
    log[hardwareAddress === undefined ? "info" : "warn"](new SaidFacts(facts), withLeftOut(text, leftOut));
  }

  return {
    allowances: [["other servers", allowance]],
    noticed({ server, interfaceIndex, hardwareAddress, what }) {
      const now = uptime();
      const key = `${interfaceIndex} ${server}`;
      let one = known.get(key);
      if (one === undefined) {
        if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value as string);
        one = { server, interfaceIndex, hardwareAddress: undefined, what, count: 0, last: now, told: Number.NEGATIVE_INFINITY };
      }
      known.delete(key);
      known.set(key, one);
      const isFound = hardwareAddress !== undefined && one.hardwareAddress === undefined;
      one.count++;
      one.last = now;
      // What it sent itself says more than what clients send to it.
      if (hardwareAddress !== undefined || one.hardwareAddress === undefined) one.what = what;
      if (hardwareAddress !== undefined) one.hardwareAddress = formatMac(hardwareAddress);
      if (isFound || now - one.told >= HOUR) tell(one);
    },
    list() {
      const now = uptime();
      const present = [...known.values()].reverse().filter(({ last }) => now - last < HOUR);
      return present.map(({ server, interfaceIndex, hardwareAddress, what, count, last }) => ({
        server,
        interface: nameOf(interfaceIndex),
        ...(hardwareAddress === undefined ? {} : { hardwareAddress }),
        last: new Date(Date.now() - (now - last)).toISOString(),
        what,
        count,
      }));
    },
  };
}
