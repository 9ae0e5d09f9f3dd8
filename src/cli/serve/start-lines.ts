import { grouped } from "../grouped.ts";

/** What the log says of a protocol when the server starts. */
export interface StartLine {
  readonly level: "debug" | "info" | "warn";
  readonly text: string;
}

/** A protocol as it is served from the start. */
export interface StartFacts {
  readonly networks: readonly StartNetwork[];
  /** What is said in place of networks where there are none; undefined: nothing can be served. */
  readonly withoutNetworks: string | undefined;
  /** Behind what is served, such as ` by DHCPv6`. */
  readonly by: string;
  /** Where it listens, in words. */
  readonly listening: string;
  readonly interfaces: readonly StartInterface[];
  /** Whether it listens where clients and relays look for servers. */
  readonly isForService: boolean;
}

export interface StartNetwork {
  readonly name: string;
  /** Unused addresses; undefined: more than anybody counts. */
  readonly unused: number | undefined;
}

export interface StartInterface {
  /** Name and address. */
  readonly description: string;
  /** Whether a network of the configuration is on its link. */
  readonly isOnNetwork: boolean;
  readonly isLoopback: boolean;
}

/** So many names stand in a line; more are counted, and told at `debug` one by one. */
const MOST_NAMES = 3;

/** What is served and where. A warning says that no client can ever be. */
export function startLines(facts: StartFacts): readonly StartLine[] {
  const { networks } = facts;
  return [servedLine(facts), listeningLine(facts), ...(networks.length > MOST_NAMES ? networks.map(detailOf) : [])];
}

function servedLine({ networks, withoutNetworks, by }: StartFacts): StartLine {
  if (networks.length === 0) {
    const text = withoutNetworks ?? "no network: no client can be served until there is one in `networks`";
    return { level: withoutNetworks === undefined ? "warn" : "info", text: `serving ${text}${by}` };
  }
  const names = networks.length > MOST_NAMES ? `${grouped(networks.length)} networks` : networks.map(({ name }) => name).join(", ");
  const total = networks.reduce<number | undefined>(
    (sum, { unused }) => (unused === undefined || sum === undefined ? undefined : sum + unused),
    0,
  );
  return { level: "info", text: `serving ${names}${by}${total === undefined ? "" : `: ${grouped(total)} unused addresses`}` };
}

function listeningLine({ listening, interfaces, isForService }: StartFacts): StartLine {
  const direct = interfaces.filter(({ isOnNetwork }) => isOnNetwork);
  const where = `listening on ${listening}; directly connected: `;
  if (direct.length > 0) return { level: "info", text: `${where}${listed(direct)}` };
  const others = interfaces.filter(({ isLoopback }) => !isLoopback);
  if (!isForService) return { level: "info", text: `${where}none, only relayed clients` };
  if (others.length === 0)
    return { level: "warn", text: `${where}none, and no relay can reach this server: no interface but loopback has an address` };
  const verb = others.length === 1 ? "is" : "are";
  return { level: "info", text: `${where}none, only relayed clients: ${listed(others)} ${verb} in no network` };
}

function listed(interfaces: readonly StartInterface[]): string {
  const names = interfaces.slice(0, MOST_NAMES).map(({ description }) => description);
  const more = interfaces.length - names.length;
  return `${names.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}

function detailOf({ name, unused }: StartNetwork): StartLine {
  return { level: "debug", text: `serving ${name}${unused === undefined ? "" : `: ${grouped(unused)} unused addresses`}` };
}
