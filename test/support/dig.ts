/** What a DNS server says, as `dig` of BIND's utilities has it. Needs the program `dig`. */
import { execFile } from "node:child_process";
import { isIPv6 } from "node:net";

/** Where a DNS server is. */
export interface DnsPlace {
  readonly address: string;
  readonly port: number;
}

/** A key for TSIG as text. */
export interface DnsKey {
  readonly name: string;
  /** "hmac-sha256" and so on. */
  readonly algorithm: string;
  /** In base64. */
  readonly secret: string;
}

export interface DnsRecord {
  /** In small letters, without a dot at the end. */
  readonly name: string;
  /** In seconds. */
  readonly ttl: number;
  readonly type: string;
  /** As in a zone file; a name as data has no dot at its end either. */
  readonly data: string;
}

export interface DnsAnswer {
  /** "NOERROR", "NXDOMAIN" and so on; "none" where there was no answer. */
  readonly status: string;
  /** "qr", "aa" and so on. */
  readonly flags: readonly string[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
}

export interface DigOptions {
  readonly key?: DnsKey | undefined;
  /** A program with arguments that runs `dig`, such as one that enters a namespace. */
  readonly through?: readonly string[];
  /** More of what dig takes: "+tcp", "+bufsize=512". */
  readonly more?: readonly string[];
}

/** One question, asked once more when there is no answer within two seconds. */
export async function dig(at: DnsPlace, name: string, type: string, options: DigOptions = {}): Promise<DnsAnswer> {
  const text = await runDig(at, ["+noall", "+comments", "+answer", "+authority", "+norecurse", "+time=2", "+tries=2"], name, type, options);
  return {
    status: /status: (\w+)/.exec(text)?.[1] ?? "none",
    flags: /^;; flags: ([a-z ]*);/m.exec(text)?.[1]?.split(" ") ?? [],
    answers: recordsOf(sectionOf(text, "ANSWER")),
    authorities: recordsOf(sectionOf(text, "AUTHORITY")),
  };
}

/** All records of a zone, its SOA once, ordered as text is. Throws when the server does not give them. */
export async function transferZone(at: DnsPlace, zone: string, options: DigOptions = {}): Promise<readonly DnsRecord[]> {
  const text = await runDig(at, ["+noall", "+answer", "+onesoa", "+time=10", "+tries=1"], zone, "AXFR", options);
  const records = recordsOf(text);
  if (!records.some(({ type }) => type === "SOA")) throw new Error(`${zone} is not transferred:\n${text}`);
  return records.sort((a, b) => compare(lineOf(a), lineOf(b)));
}

/** A record as a line, without its time to live. */
export function lineOf({ name, type, data }: DnsRecord): string {
  return `${name} ${type} ${data}`;
}

function runDig(at: DnsPlace, how: readonly string[], name: string, type: string, options: DigOptions): Promise<string> {
  const { key, through = [], more = [] } = options;
  const signed = key === undefined ? [] : ["-y", `${key.algorithm}:${key.name}:${key.secret}`];
  // Without -r the settings of whoever runs the tests would count.
  const command = [
    ...through,
    "dig",
    "-r",
    `@${at.address}`,
    "-p",
    `${at.port}`,
    ...signed,
    ...how,
    "+nosplit",
    ...more,
    "-q",
    name,
    "-t",
    type,
  ];
  return new Promise((resolve, reject) => {
    const [program = "", ...args] = command;
    execFile(program, args, { maxBuffer: 1 << 28, timeout: 60_000, env }, (error, stdout, stderr) => {
      // With 9 it says that no server answered, which is an answer too.
      if (error === null || error.code === 9) resolve(stdout + stderr);
      else reject(new Error(`${command.join(" ")}: ${error.message}\n${stdout}${stderr}`));
    });
  });
}

/** Names are to be shown as they are. */
const env = { ...process.env, IDN_DISABLE: "1" };

function sectionOf(text: string, title: string): string {
  return text.split(`;; ${title} SECTION:\n`)[1]?.split("\n\n")[0] ?? "";
}

function recordsOf(text: string): DnsRecord[] {
  return text.split("\n").flatMap((line) => {
    const [, name, ttl, type, data] = /^([^;\s]\S*)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || type === undefined || data === undefined) return [];
    return [
      { name: withoutDot(name).toLowerCase(), ttl: Number(ttl), type, data: NAMED.has(type) ? withoutDot(data).toLowerCase() : data },
    ];
  });
}

/** Types whose data is a name. */
const NAMED: ReadonlySet<string> = new Set(["PTR", "NS", "CNAME"]);

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An address and a port as configurations of this program have them. */
export function endpointOf({ address, port }: DnsPlace): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
