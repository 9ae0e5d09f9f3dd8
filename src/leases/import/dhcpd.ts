import { parseIpv4 } from "../../net/ipv4.ts";
import { parseIpv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { RELAY_SUB_OPTIONS } from "../../wire/dhcp4/sub-options.ts";
import { hardwareKey } from "../dhcp4/client-key.ts";
import { Association, clientKeyOf } from "../dhcp6/client-key.ts";
import { LeaseState, NEVER, storedTime } from "../lease.ts";
import { bytesOf, keywordOf, readStatements, type Statement, timeOf, wordsOf } from "./dhcpd-statements.ts";
import type { ImportedLease, LeaseFormat } from "./imported-lease.ts";

/*
 * Lease files of ISC dhcpd, dhcpd.leases(5): dhcpd.leases and dhcpd6.leases. An entry is written
 * whenever a lease changes; the last one about an address tells how it stands.
 */

export const DHCPD_LEASES: LeaseFormat = {
  name: "dhcpd",
  title: "ISC dhcpd (dhcpd.leases, dhcpd6.leases)",
  isLikely: (name, beginning) =>
    /^[ \t]*(lease[ \t]+[\d.]+|ia[-_](na|ta|pd)[ \t]+\S.*|failover peer .*|server-duid[ \t].*|authoring-byte-order[ \t].*)[ \t]*[{;]/m.test(
      beginning,
    ) ||
    (/(^|\/)dhcpd6?\.leases~?$/.test(name) && /^\s*(#|$)/.test(beginning)),
  open: (visitor) => {
    const entries = createEntries(visitor);
    return readStatements({
      statement: entries.statement,
      problem: visitor.problem,
      end: entries.end,
    });
  },
};

type Visitor = Parameters<LeaseFormat["open"]>[0];

/** What an entry about an IPv4 address says, in the words of the file. */
interface Entry4 {
  readonly kind: "lease";
  readonly line: number;
  readonly address: string;
  readonly said: Map<string, string>;
  readonly agent: string[];
}

/** An identity association; its addresses and prefixes are told one by one. */
interface Association6 {
  readonly kind: "association";
  readonly association: Association;
  readonly line: number;
  readonly iaid: number;
  readonly duid: Uint8Array;
  start: number | undefined;
}

interface Entry6 {
  readonly kind: "address";
  readonly of: Association6;
  readonly line: number;
  readonly address: string;
  readonly said: Map<string, string>;
}

/** A block whose contents do not matter. */
interface Other {
  readonly kind: "other";
  readonly line: number;
}

type Block = Entry4 | Association6 | Entry6 | Other;

/** Blocks in one another that are looked at: those of dhcpd are not as deep. */
const DEEPEST_BLOCK = 100;

function createEntries({ lease, problem }: Visitor): { statement(statement: Statement): void; end(): void } {
  const blocks: Block[] = [];
  let deeper = 0;
  let isLittleEndian = true;

  function open(statement: Statement): void {
    if (blocks.length >= DEEPEST_BLOCK) deeper++;
    else blocks.push(blockOf(statement));
  }

  function blockOf({ text, line }: Statement): Block {
    const around = blocks.at(-1);
    const [keyword = "", name = ""] = wordsOf(text);
    const other: Other = { kind: "other", line };
    if (around === undefined) {
      if (keyword === "lease") return { kind: "lease", line, address: name, said: new Map(), agent: [] };
      const type = /^ia[-_](na|ta|pd)$/.exec(keyword)?.[1];
      if (type === "ta") problem({ line, message: "temporary addresses are left out: RFC 9915 has them no longer" });
      else if (type !== undefined) return associationBlock(type === "pd", name, line) ?? other;
      if (keyword === "host" || keyword === "group" || keyword === "class" || keyword === "subclass")
        problem({ line, message: `${keyword} ${name} is no lease: write it into the configuration` });
      return other;
    }
    if (around.kind === "association" && (keyword === "iaaddr" || keyword === "iaprefix"))
      return { kind: "address", of: around, line, address: name, said: new Map() };
    return other;
  }

  function associationBlock(isPrefix: boolean, name: string, line: number): Association6 | undefined {
    const bytes = bytesOf(name);
    if (bytes === undefined || bytes.length < IAID_SIZE + 1) {
      problem({ line, message: `${shown(name)} is no IAID and DUID` });
      return undefined;
    }
    return {
      kind: "association",
      association: isPrefix ? Association.prefixes : Association.addresses,
      line,
      iaid: new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, isLittleEndian),
      duid: bytes.slice(IAID_SIZE),
      start: undefined,
    };
  }

  function say({ text, line }: Statement): void {
    const around = blocks.at(-1);
    const keyword = keywordOf(text);
    if (around === undefined) {
      if (keyword === "authoring-byte-order") isLittleEndian = wordsOf(text)[1] !== "big-endian";
      else if (keyword === "server-duid")
        problem({
          line,
          message: "the DUID of the server is not taken over: Leasehold has one of its own, or that of v6: {server_id: ...}",
        });
    } else if (around.kind === "association") {
      if (keyword === "cltt") around.start = timeOf(text);
    } else if (around.kind === "other" || !WANTED.has(keyword)) return;
    else if (keyword === "option" || keyword === "set") {
      const name = wordsOf(text)[1] ?? "";
      if (keyword === "set" || around.kind === "address") around.said.set(`${keyword} ${name}`, text);
      else if (name.startsWith("agent.")) around.agent.push(text);
    } else around.said.set(keyword, text);
  }

  function close(line: number): void {
    if (deeper > 0) {
      deeper--;
      return;
    }
    const block = blocks.pop();
    if (block === undefined) problem({ line, message: "a } closes nothing" });
    else if (block.kind === "lease" || block.kind === "address") {
      const read = block.kind === "lease" ? readLease4(block) : readLease6(block);
      if (typeof read === "string") problem({ line: block.line, message: read });
      else lease(read);
    }
  }

  return {
    statement(statement) {
      if (statement.end === "{") open(statement);
      else {
        if (deeper === 0 && (statement.end === ";" || statement.text.trim() !== "")) say(statement);
        if (statement.end === "}") close(statement.line);
      }
    },
    end() {
      const [outermost] = blocks;
      if (outermost !== undefined) problem({ line: outermost.line, message: "the entry has no end: it is left out" });
    },
  };
}

/** Statements that tell something about a lease that is kept. */
const WANTED: ReadonlySet<string> = new Set([
  "starts",
  "ends",
  "cltt",
  "binding",
  "hardware",
  "uid",
  "client-hostname",
  "option",
  "set",
  "bootp",
  "dynamic-bootp",
  "abandoned",
  "preferred-life",
  "max-life",
]);

const IAID_SIZE = 4;
const ETHERNET = 1;
/** Names of hardware types in these files (RFC 1700); others are `unknown-` and the number. */
const HARDWARE_TYPES: ReadonlyMap<string, number> = new Map([
  ["ethernet", ETHERNET],
  ["token-ring", 6],
  ["fddi", 8],
  ["infiniband", 32],
]);
/** The shortest client identifier that a client is known by (RFC 2132 section 9.14). */
const SHORTEST_IDENTIFIER = 2;
/** How long dhcpd keeps an abandoned address back, where the entry does not say. */
const ABANDONED = 86_400;

const STATES: ReadonlyMap<string, LeaseState> = new Map([
  ["active", LeaseState.bound],
  ["bootp", LeaseState.bound],
  ["expired", LeaseState.expired],
  ["released", LeaseState.released],
  // Nobody has it; who had it last is kept.
  ["free", LeaseState.expired],
  ["backup", LeaseState.expired],
  ["reset", LeaseState.expired],
  ["abandoned", LeaseState.declined],
]);

function readLease4({ address: text, said, agent }: Entry4): ImportedLease | string {
  const address = parseIpv4(text);
  if (address === undefined) return `${shown(text)} is not an IPv4 address`;
  // Files of before 3.0 have no states.
  const word = stateWord(said) ?? (said.has("abandoned") ? "abandoned" : "active");
  const state = STATES.get(word);
  if (state === undefined) return `${shown(word)} is not a binding state`;
  const [start, end] = [timeIn(said, "starts"), timeIn(said, "ends")];
  if (start === "unreadable" || end === "unreadable") return `the lease of ${text} has no time that can be read`;
  const begin = start ?? timeOf(said.get("cltt") ?? "") ?? (end === NEVER ? 0 : (end ?? 0));
  const isForEver = state === LeaseState.bound && (word === "bootp" || said.has("bootp") || said.has("dynamic-bootp"));
  const expiry = isForEver ? NEVER : (end ?? (state === LeaseState.declined ? begin + ABANDONED : undefined));
  if (state === LeaseState.bound && expiry === undefined) return `the lease of ${text} has no time that can be read`;
  const hardware = wordsIn(said, "hardware");
  const htype = hardware === undefined ? ETHERNET : hardwareTypeOf(hardware[1] ?? "");
  const chaddr = hardware === undefined ? new Uint8Array(0) : bytesOf(hardware[2] ?? "");
  const uid = wordsIn(said, "uid");
  const identifier = uid === undefined ? undefined : bytesOf(uid[1] ?? "");
  if (chaddr === undefined || htype === undefined || (uid !== undefined && identifier === undefined))
    return `the client of ${text} can't be read`;
  const isKnownByIdentifier = identifier !== undefined && identifier.length >= SHORTEST_IDENTIFIER;
  const isNobodys = !isKnownByIdentifier && chaddr.length === 0;
  if (state === LeaseState.bound && isNobodys) return `nothing tells whose ${text} is`;
  const owner = {
    // Addresses of nobody have a key for each, for a client has few leases and is found by them.
    clientKey: isKnownByIdentifier ? identifier.slice() : isNobodys ? keyOfNobody(address) : hardwareKey(htype, chaddr),
    clientIdentifier: identifier,
    htype,
    chaddr,
    hostname: stringIn(said, "client-hostname", 1),
    vendorClass: stringIn(said, "set vendor-class-identifier", 3),
    relayAgentInformation: relayInformationOf(agent),
    limitKeys: undefined,
  };
  const first = begin === NEVER ? 0 : storedTime(begin);
  return { protocol: "dhcp4", lease: { address, state, start: first, expiry: storedTime(expiry ?? begin), owner } };
}

function readLease6({ of, address: text, said }: Entry6): ImportedLease | string {
  const isPrefix = of.association === Association.prefixes;
  const [first = "", digits] = text.split("/");
  const address = parseIpv6(first);
  const length = isPrefix ? Number(digits) : ADDRESS_LENGTH;
  if (address === undefined || !Number.isInteger(length) || length < 1 || length > ADDRESS_LENGTH)
    return `${shown(text)} is not ${isPrefix ? "a prefix" : "an IPv6 address"}`;
  const word = stateWord(said) ?? "active";
  const state = STATES.get(word);
  if (state === undefined) return `${shown(word)} is not a binding state`;
  const end = timeIn(said, "ends");
  if (end === "unreadable" || end === undefined) return `the lease of ${text} has no time that can be read`;
  const lifetime = numberIn(said, "max-life");
  const start = of.start ?? (end === NEVER ? 0 : Math.max(0, end - (lifetime ?? 0)));
  const owner = {
    clientKey: clientKeyOf(of.association, of.iaid, of.duid),
    preferredLifetime: Math.min(numberIn(said, "preferred-life") ?? 0, NEVER),
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: undefined,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
  };
  const expiry = lifetime === NEVER ? NEVER : end;
  const begin = start === NEVER ? 0 : storedTime(start);
  return { protocol: "dhcp6", lease: { address: ipv6Prefix(address, length), state, start: begin, expiry: storedTime(expiry), owner } };
}

/** `binding state WORD`. */
function stateWord(said: ReadonlyMap<string, string>): string | undefined {
  return wordsIn(said, "binding")?.[2];
}

/** The time in a statement of this name; undefined: there is none. */
function timeIn(said: ReadonlyMap<string, string>, name: string): number | undefined | "unreadable" {
  const statement = said.get(name);
  return statement === undefined ? undefined : (timeOf(statement) ?? "unreadable");
}

function wordsIn(said: ReadonlyMap<string, string>, name: string): readonly string[] | undefined {
  const statement = said.get(name);
  return statement === undefined ? undefined : wordsOf(statement);
}

function numberIn(said: ReadonlyMap<string, string>, name: string): number | undefined {
  const digits = wordsIn(said, name)?.[1];
  return digits !== undefined && /^\d{1,10}$/.test(digits) ? Number(digits) : undefined;
}

function stringIn(said: ReadonlyMap<string, string>, name: string, at: number): Uint8Array | undefined {
  const word = wordsIn(said, name)?.[at];
  const bytes = word === undefined ? undefined : bytesOf(word);
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

function hardwareTypeOf(name: string): number | undefined {
  const [, number] = /^unknown-(\d{1,3})$/.exec(name) ?? [];
  return HARDWARE_TYPES.get(name) ?? (number === undefined ? undefined : Number(number) & 0xff);
}

function keyOfNobody(address: number): Uint8Array {
  return hardwareKey(0, Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address));
}

/** Option 82 of its sub-options in the order of the file. */
function relayInformationOf(statements: readonly string[]): Uint8Array | undefined {
  const parts: number[] = [];
  for (const statement of statements) {
    const words = wordsOf(statement);
    const name = (words[1] ?? "").slice("agent.".length).toLowerCase().replaceAll("-", "_");
    const code = RELAY_SUB_OPTIONS.find((one) => one.name === name)?.code ?? Number(/^unknown_(\d{1,3})$/.exec(name)?.[1]);
    const value = bytesOf(words[2] ?? "");
    if (Number.isInteger(code) && value !== undefined && value.length <= 0xff) parts.push(code, value.length, ...value);
  }
  return parts.length === 0 ? undefined : Uint8Array.from(parts);
}

function shown(word: string): string {
  return JSON.stringify(word.slice(0, 60));
}
