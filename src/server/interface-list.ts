import { createLogAllowance, withLeftOut } from "../io/log-allowance.ts";
import type { LocalInterface } from "../io/transport.ts";

/** A configured interface that can't be served as things are. */
export interface MissingInterface {
  readonly name: string;
  readonly problem: string;
  /**
   * What this machine has, which may change although the problem stays; undefined: not to the
   * point.
   */
  readonly instead?: string;
  /** The system may change that by itself in a moment, as with addresses that it makes. */
  readonly passing?: boolean;
}

/** What comes of the configuration's `interfaces` on this machine. */
export interface ChosenInterfaces<I> {
  readonly served: readonly I[];
  readonly missing: readonly MissingInterface[];
  /**
   * For people: configured networks that an interface has an address in and that get no service
   * there, one sentence each.
   */
  readonly unserved: readonly string[];
}

/** Which interfaces a protocol serves. `C`: its configuration; `I`: an interface that is served. */
export interface InterfaceChoice<C, A, I> {
  choose(config: C, local: readonly LocalInterface<A>[]): ChosenInterfaces<I>;
  /** Its name and address, for people: a change of the text is a change of what is served. */
  describe(served: I): string;
  /** Whether a network of the configuration is on its link. */
  isOnConfiguredNetwork(config: C, served: I): boolean;
}

/** Why an interface that is up hears nobody. */
export const NO_LINK = "has no link: no cable is plugged in, or what is at its other end is off";

/** What a protocol says of an interface that {@link chooseInterfaces} looks at. */
export interface InterfaceService<A, I> {
  /**
   * How it is served, from the configured address if there is one; undefined: it has no address for
   * that.
   */
  serve(found: LocalInterface<A>, address: A | undefined): I | undefined;
  /** What is wrong with one that is up and can't be served. */
  problem(found: LocalInterface<A>, address: A | undefined): Pick<MissingInterface, "problem" | "passing">;
}

/**
 * The interfaces to serve out of those that the machine has now. Where none are configured these
 * are all that are up and have an address: which of them are on a configured network is for the
 * engine to find, packet by packet, since relayed packets may come in on any.
 */
export function chooseInterfaces<A, I>(
  configured: readonly { readonly name: string; readonly address: A | undefined }[],
  local: readonly LocalInterface<A>[],
  service: InterfaceService<A, I>,
): { readonly served: readonly I[]; readonly missing: readonly MissingInterface[] } {
  if (configured.length === 0) {
    return { served: local.flatMap((one) => (one.up ? (service.serve(one, undefined) ?? []) : [])), missing: [] };
  }
  const served: I[] = [];
  const missing: MissingInterface[] = [];
  for (const { name, address } of configured) {
    const found = local.find((candidate) => candidate.name === name);
    const chosen = found?.up ? service.serve(found, address) : undefined;
    if (chosen !== undefined) served.push(chosen);
    else if (found === undefined) {
      const names = local.map((other) => other.name).join(", ");
      missing.push({ name, problem: `interface ${name} does not exist`, instead: `this machine has ${names}` });
    } else if (!found.up) missing.push({ name, problem: `interface ${name} is down; bring it up with \`ip link set ${name} up\`` });
    else missing.push({ name, ...service.problem(found, address) });
  }
  return { served, missing };
}

/** What is wrong in full, for whoever has not heard what the machine has. */
export function explainMissing({ problem, instead }: MissingInterface): string {
  return instead === undefined ? problem : `${problem}; ${instead}`;
}

/** What is said of interfaces while the server runs. */
export interface InterfaceLog {
  info(text: string): void;
  warn(text: string): void;
}

/** Entries a minute: a cable that comes and goes, as a bad one does, must not fill the log. */
const ALLOWED = 60;

function withAllowance(log: InterfaceLog, uptime: () => number): InterfaceLog {
  const allowance = createLogAllowance(ALLOWED, uptime);
  const say = (level: keyof InterfaceLog, text: string): void => {
    const leftOut = allowance.take();
    if (leftOut !== undefined) log[level](withLeftOut(text, leftOut));
  };
  return { info: (text) => say("info", text), warn: (text) => say("warn", text) };
}

/**
 * The interfaces of this machine, and those that are served, by index. They come and go while the
 * server runs.
 */
export class InterfaceList<C, A, I extends { readonly index: number }> {
  readonly #choice: InterfaceChoice<C, A, I>;
  #config: C;
  readonly #log: InterfaceLog;
  #local: readonly LocalInterface<A>[] = [];
  #served: readonly I[] = [];
  #missing: readonly MissingInterface[] = [];
  #byIndex: (I | undefined)[] = [];
  #linkless: ReadonlySet<string> = new Set();
  /** What has been warned of and still holds. */
  #warned: ReadonlySet<string> = new Set();
  /**
   * It has been told what this machine has: where interfaces come and go it would be told often.
   */
  #isListed = false;

  constructor(choice: InterfaceChoice<C, A, I>, config: C, local: readonly LocalInterface<A>[], log: InterfaceLog, uptime: () => number) {
    this.#choice = choice;
    this.#config = config;
    this.#log = withAllowance(log, uptime);
    this.#look(local);
  }

  /** All interfaces of this machine as they were seen last. */
  get local(): readonly LocalInterface<A>[] {
    return this.#local;
  }

  get served(): readonly I[] {
    return this.#served;
  }

  /** Those that are configured and can't be served as things are. */
  get missing(): readonly MissingInterface[] {
    return this.#missing;
  }

  /** Those on a configured network that have no link, as they are described. */
  get linkless(): ReadonlySet<string> {
    return this.#linkless;
  }

  /** What follows from all interfaces, served or not, worked out when they have changed. */
  derive<T>(from: (local: readonly LocalInterface<A>[]) => T): () => T {
    let seen = this.#local;
    let derived = from(seen);
    return () => {
      if (seen !== this.#local) {
        seen = this.#local;
        derived = from(seen);
      }
      return derived;
    };
  }

  at(index: number): I | undefined {
    return this.#byIndex[index];
  }

  /** These are the interfaces now. Says what has changed. */
  update(local: readonly LocalInterface<A>[]): void {
    const before = new Set(this.#served.map(this.#choice.describe));
    const linkless = this.#linkless;
    this.#look(local);
    const now = new Set(this.#served.map(this.#choice.describe));
    for (const name of now) if (!before.has(name)) this.#log.info(`now serving ${name}`);
    for (const one of this.#served) {
      const name = this.#choice.describe(one);
      if (linkless.has(name) && this.#hasLink(one)) this.#log.info(`${name} has a link again`);
    }
    for (const name of before) if (!now.has(name)) this.#log.warn(`no longer serving ${name}: it is gone, down, or has another address`);
  }

  /** They are chosen by this configuration from now on. Says what has changed. */
  configure(config: C, local: readonly LocalInterface<A>[]): void {
    this.#config = config;
    this.#isListed = false;
    this.update(local);
  }

  #look(local: readonly LocalInterface<A>[]): void {
    const { served, missing, unserved } = this.#choice.choose(this.#config, local);
    this.#local = local;
    this.#served = served;
    this.#missing = missing;
    this.#byIndex = [];
    for (const one of served) this.#byIndex[one.index] = one;
    this.#linkless = new Set(served.filter((one) => this.#awaitsLink(one)).map(this.#choice.describe));
    this.#warn(missing, [...unserved, ...[...this.#linkless].map((name) => `${name} ${NO_LINK}`)]);
  }

  /**
   * Whether it has no link, which matters: where none is configured, bridges of containers and the
   * like are among what is served.
   */
  #awaitsLink(served: I): boolean {
    return !this.#hasLink(served) && this.#choice.isOnConfiguredNetwork(this.#config, served);
  }

  #hasLink(served: I): boolean {
    return this.#local.find(({ index }) => index === served.index)?.linkUp !== false;
  }

  /** Of what holds it says what is new. */
  #warn(missing: readonly MissingInterface[], others: readonly string[]): void {
    for (const one of missing) {
      if (this.#warned.has(one.problem)) continue;
      const text = this.#isListed ? one.problem : explainMissing(one);
      this.#isListed ||= one.instead !== undefined;
      this.#log.warn(`${text}: it is served when that has changed`);
    }
    for (const text of others) if (!this.#warned.has(text)) this.#log.warn(text);
    this.#warned = new Set([...missing.map(({ problem }) => problem), ...others]);
  }
}
