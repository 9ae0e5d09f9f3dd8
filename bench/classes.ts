import { loadConfig } from "../src/config/load.ts";
import type { Config } from "../src/config/model/config.ts";
import { type Context, decide, type Received } from "../src/engine/dhcp4/decide.ts";
import { createDecider } from "../src/engine/dhcp4/decider.ts";
import { createLeaseTable } from "../src/leases/dhcp4/table.ts";
import { NO_BYTES } from "../src/net/bytes.ts";
import { readIpv4 } from "../src/net/ipv4.ts";
import { type Message, MessageType, Op, type Option } from "../src/wire/dhcp4/message.ts";
import { createBenchLab } from "./lab.ts";
import { median } from "./median.ts";
import { LEASEHOLD_CONFIG, leasehold, leaseholdWith } from "./servers.ts";

const COUNTS = [0, 20, 200] as const;
/** Short enough to lie between two interruptions, now and then. */
const DECISIONS = 20_000;
const TURNS = 15;
const CLIENTS = 256;

/** What one decision costs with no, 20 and 200 classes; then what 20 and 200 cost the whole server. */
export async function measureClasses({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  measureDecisions(rounds);
  await measureServer(rounds, seconds);
}

/**
 * Prints the fastest of many short turns, for whatever else the machine does only makes them slower: a DISCOVER with nine options, of a client that
 * is in four or five of the classes, or in none of them.
 */
export function measureDecisions(rounds: number): void {
  const cases = COUNTS.map((count) => ({
    count,
    context: contextWith(count),
    member: Number.POSITIVE_INFINITY,
    stranger: Number.POSITIVE_INFINITY,
  }));
  const members = Array.from({ length: CLIENTS }, (_, i) => discover(i, MEMBER));
  const strangers = Array.from({ length: CLIENTS }, (_, i) => discover(i, STRANGER));
  for (let turn = 0; turn < rounds * TURNS; turn++) {
    for (const one of cases) {
      one.member = Math.min(one.member, timeOf(one.context, members));
      one.stranger = Math.min(one.stranger, timeOf(one.context, strangers));
    }
  }
  for (const { count, member, stranger } of cases) {
    console.log(`${count} classes: ${member.toFixed(2)} µs a decision for a member of some, ${stranger.toFixed(2)} µs for one of none`);
  }
}

/** Microseconds for each decision. */
function timeOf(context: Context, messages: readonly Received[]): number {
  const start = performance.now();
  for (let n = 0; n < DECISIONS; n++) decide(context, messages[n % CLIENTS] as Received);
  return ((performance.now() - start) * 1000) / DECISIONS;
}

async function measureServer(rounds: number, seconds: number): Promise<void> {
  const contenders = COUNTS.map((count) => (count === 0 ? leasehold : leaseholdWith(`with ${count} classes`, clientClasses(count))));
  const lab = createBenchLab();
  try {
    const rates = contenders.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, contender] of contenders.entries()) {
        const server = contender.start(lab);
        await lab.answers();
        rates[i]?.push((await lab.load("new", "--window", "256", "--seconds", String(seconds))).rate);
        await server.end();
      }
    }
    const without = median(rates[0] ?? []);
    for (const [i, { name }] of contenders.entries()) {
      const rate = median(rates[i] ?? []);
      console.log(`${name}: ${Math.round(rate)} new leases/s, ${((100 * rate) / without).toFixed(0)}% of the rate without classes`);
    }
  } finally {
    await lab.close();
  }
}

/** Kinds of clients as operators write them: by vendor and architecture, by name, by port of a switch, by hardware; with settings. */
export function clientClasses(count: number): string {
  const kinds: readonly ((i: number) => string)[] = [
    (i) => `substring(option[60].hex, 0, 9) == 'Vendor${pad(i)}' and option[93].hex == 0x0007`,
    (i) => `option[60].text == 'phone-${i}' or option[77].text == 'phone-${i}' or option[12].text == 'phone-${i}'`,
    (i) => `relay4[1].hex == 'port-${i}' and not member('c0')`,
    (i) => `substring(pkt4.mac, 0, 3) == 0x02${pad(i)}0 and option[61].exists and pkt4.giaddr != 10.0.0.9`,
    (i) => `option[12].exists and substring(option[12].hex, 0, 5) == 'pc${pad(i)}' and option[93].exists`,
  ];
  const classes = Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length] as (i: number) => string;
    return `    - { name: c${i}, assert: "${kind(i)}", options: { tftp_server_name: t${i} }, config: { lease_time: 1h } }`;
  });
  return count === 0 ? "" : `client_classes:\n  v4:\n${classes.join("\n")}\n`;
}

function pad(i: number): string {
  return String(i).padStart(3, "0");
}

function contextWith(count: number): Context {
  const config = load(LEASEHOLD_CONFIG + clientClasses(count));
  return { decider: createDecider(config), leases: createLeaseTable(config), now: 1_000_000, random: 0 };
}

function load(text: string): Config {
  const result = loadConfig(text, "bench.yaml");
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.config;
}

/** What a client sends of itself: option 60, option 77, the beginning of its name and of its hardware address. */
interface Kind {
  readonly vendor: string;
  readonly user: string;
  readonly name: string;
  readonly hardware: readonly number[];
}

const MEMBER: Kind = { vendor: "Vendor000:Arch:00007:UNDI:003016", user: "phone-1", name: "pc004", hardware: [2, 0, 0x30] };
const STRANGER: Kind = { vendor: "Another00:Arch:00007:UNDI:003016", user: "other", name: "laptop", hardware: [2, 1, 0x11] };

function discover(client: number, kind: Kind): Received {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const port = text(kind === MEMBER ? `port-${2 + (client % 3) * 5}` : `uplink-${client}`);
  const options: readonly Option[] = [
    { code: 53, data: Uint8Array.of(MessageType.DISCOVER) },
    { code: 61, data: Uint8Array.of(1, 2, 0, 0, 0, 0, client) },
    { code: 57, data: Uint8Array.of(5, 220) },
    { code: 60, data: text(kind.vendor) },
    { code: 93, data: Uint8Array.of(0, 7) },
    { code: 77, data: text(kind.user) },
    { code: 12, data: text(`${kind.name}-${client}`) },
    { code: 55, data: Uint8Array.of(1, 3, 6, 15, 66) },
    { code: 82, data: Uint8Array.of(1, port.length, ...port) },
  ];
  const message: Message = {
    op: Op.request,
    htype: 1,
    hlen: 6,
    hops: 1,
    xid: client,
    secs: 0,
    flags: 0,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: readIpv4(Uint8Array.of(10, 0, 0, 2), 0),
    chaddr: Uint8Array.of(...kind.hardware, 0, 0, client),
    sname: NO_BYTES,
    file: NO_BYTES,
    cookie: true,
    options,
  };
  const served = { index: 2, name: "srv0", address: readIpv4(Uint8Array.of(10, 0, 0, 1), 0), prefixLength: 8 };
  return { message, interface: served, source: message.giaddr, sourcePort: 67, destination: served.address, serverPort: 67, length: 400 };
}
