import type { ClientLease } from "../../src/client/dhcp4/lease.ts";
import { type ClientEvent, type ClientState, STOPPED, step } from "../../src/client/dhcp4/machine.ts";
import type { ClientSettings } from "../../src/client/dhcp4/messages.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import type { Random } from "../support/random.ts";
import type { Events } from "./events.ts";
import type { Link, Network, Station } from "./network.ts";

/** What a host tells the world. */
export interface Witness {
  /** It has this lease from now on, whether it uses the address or not. True: somebody else answers for the address. */
  holds(host: Host, lease: ClientLease, isNew: boolean): boolean;
  /** It has it no more: given back, refused, over, or forgotten. */
  loses(host: Host, lease: ClientLease): void;
  /** A server said that the address of its unexpired lease is not right on the link where it got it. */
  refused(host: Host, lease: ClientLease): void;
}

/** A host with a client of `client/`: it comes and goes, and remembers its lease meanwhile. */
export class Host implements Station {
  readonly number: number;
  readonly settings: ClientSettings;
  readonly #events: Events;
  readonly #network: Network;
  readonly #witness: Witness;
  readonly #random: () => number;
  #state: ClientState = STOPPED;
  /** Counts up with each change of state, so that an old alarm rings for nobody. */
  #alarm = 0;
  #lease: ClientLease | undefined;
  /** Where it got its lease. */
  #leaseLink: Link | undefined;
  #link: Link | undefined;
  #address: Ipv4 | undefined;

  constructor(number: number, settings: ClientSettings, events: Events, network: Network, witness: Witness, random: Random) {
    this.number = number;
    this.settings = settings;
    this.#events = events;
    this.#network = network;
    this.#witness = witness;
    this.#random = () => random.next() / 2 ** 32;
  }

  get hardwareAddress(): Uint8Array {
    return this.settings.chaddr;
  }

  get link(): Link | undefined {
    return this.#link;
  }

  get address(): Ipv4 | undefined {
    return this.#address;
  }

  get lease(): ClientLease | undefined {
    return this.#lease;
  }

  get kind(): ClientState["kind"] {
    return this.#state.kind;
  }

  /** Its cable is plugged in, and it is switched on. */
  plugIn(link: Link): void {
    this.#link = link;
    this.#state = STOPPED;
    const lease = this.#lease;
    if (lease === undefined || lease.expiry <= this.#events.now) {
      this.#happens({ kind: "start", delayed: true });
      return;
    }
    // Elsewhere its lease is worth nothing, but whether it is there only a server can tell.
    this.#happens({ kind: "reboot", address: lease.address, lease: link === this.#leaseLink ? lease : undefined });
  }

  /** It is switched off without a word. */
  unplug(): void {
    this.#alarm++;
    this.#link = undefined;
    this.#address = undefined;
    this.#state = STOPPED;
  }

  /** Gives its address back and stops. */
  release(): void {
    this.#happens({ kind: "release" });
  }

  /** Renews now. */
  renew(): void {
    this.#happens({ kind: "renew" });
  }

  /** What it knew is gone, as after a new installation. */
  forget(): void {
    if (this.#lease !== undefined) this.#witness.loses(this, this.#lease);
    this.#lease = undefined;
  }

  receive(bytes: Uint8Array): void {
    if (this.#link !== undefined) this.#happens({ kind: "datagram", bytes });
  }

  #happens(event: ClientEvent): void {
    const link = this.#link;
    if (link === undefined) return;
    const before = this.#state;
    const { state, actions } = step(this.settings, before, event, this.#events.now, this.#random);
    this.#state = state;
    if (state !== before) this.#setAlarm(state.wakeAt);
    if (before.kind === "rebooting" && state.kind === "selecting" && event.kind === "datagram") {
      this.#isRefused(link);
      this.forget();
    }
    let conflict = false;
    for (const action of actions) {
      if (action.kind === "send") this.#network.send(link, action.message, action.from, action.to);
      else if (action.kind === "deconfigure") this.#deconfigure(action.lease, action.reason, link);
      else conflict = this.#configure(action.lease, link, action.kind === "configure");
    }
    if (conflict) this.#happens({ kind: "conflict" });
  }

  #setAlarm(at: number): void {
    const alarm = ++this.#alarm;
    if (at === Infinity) return;
    this.#events.at(at, () => {
      if (alarm === this.#alarm) this.#happens({ kind: "tick" });
    });
  }

  #configure(lease: ClientLease, link: Link, isNew: boolean): boolean {
    if (this.#lease !== undefined && this.#lease.address !== lease.address) this.#witness.loses(this, this.#lease);
    this.#lease = lease;
    this.#leaseLink = link;
    this.#address = lease.address;
    return this.#witness.holds(this, lease, isNew);
  }

  #deconfigure(lease: ClientLease, reason: "expired" | "refused" | "conflict" | "released", link: Link): void {
    this.#address = undefined;
    if (reason === "refused") this.#isRefused(link);
    this.#witness.loses(this, lease);
    this.#lease = undefined;
  }

  #isRefused(link: Link): void {
    const lease = this.#lease;
    if (lease !== undefined && link === this.#leaseLink && lease.expiry > this.#events.now) this.#witness.refused(this, lease);
  }
}
