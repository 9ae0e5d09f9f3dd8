import type { Config } from "../../config/model/config.ts";
import type { ServedInterface } from "../../engine/dhcp4/decide.ts";
import type { LocalInterface } from "../../io/transport.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { chooseInterfaces } from "./served-interfaces.ts";

/** What is said of interfaces while the server runs. */
export interface InterfaceLog {
  info(text: string): void;
  warn(text: string): void;
}

/**
 * The served interfaces by index, and all addresses of this machine. Both come and go while the
 * server runs.
 */
export class InterfaceList {
  #config: Config;
  readonly #log: InterfaceLog;
  #served: readonly ServedInterface[] = [];
  #byIndex: (ServedInterface | undefined)[] = [];
  #addresses: ReadonlySet<Ipv4> = new Set();
  /** What has been warned of and still holds. */
  #warned: ReadonlySet<string> = new Set();

  constructor(config: Config, local: readonly LocalInterface<Ipv4>[], log: InterfaceLog) {
    this.#config = config;
    this.#log = log;
    this.#look(local);
  }

  get served(): readonly ServedInterface[] {
    return this.#served;
  }

  /** Of all interfaces, but for 127.0.0.0/8: those are the same on every machine. */
  get addresses(): ReadonlySet<Ipv4> {
    return this.#addresses;
  }

  at(index: number): ServedInterface | undefined {
    return this.#byIndex[index];
  }

  /** These are the interfaces now. Says what has changed. */
  update(local: readonly LocalInterface<Ipv4>[]): void {
    const before = new Set(this.#served.map(describe));
    this.#look(local);
    const now = new Set(this.#served.map(describe));
    for (const name of now) if (!before.has(name)) this.#log.info(`now serving ${name}`);
    for (const name of before) if (!now.has(name)) this.#log.warn(`no longer serving ${name}: it is gone, down, or has another address`);
  }

  /** They are chosen by this configuration from now on. Says what has changed. */
  configure(config: Config, local: readonly LocalInterface<Ipv4>[]): void {
    this.#config = config;
    this.update(local);
  }

  #look(local: readonly LocalInterface<Ipv4>[]): void {
    const { served, missing, unserved } = chooseInterfaces(this.#config, local);
    this.#served = served;
    this.#byIndex = [];
    for (const one of served) this.#byIndex[one.index] = one;
    this.#addresses = new Set(
      local.flatMap(({ addresses }) => addresses.map(({ address }) => address)).filter((one) => one >>> 24 !== 127),
    );
    const problems = missing.map(({ problem }) => `${problem}: it is served when that has changed`);
    this.#warn(new Set([...problems, ...unserved]));
  }

  #warn(texts: ReadonlySet<string>): void {
    for (const text of texts) if (!this.#warned.has(text)) this.#log.warn(text);
    this.#warned = texts;
  }
}

function describe({ name, address }: ServedInterface): string {
  return `${name} (${formatIpv4(address)})`;
}
