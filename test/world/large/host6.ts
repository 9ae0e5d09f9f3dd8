import { type Binding, type ClientLease, leasesOf } from "../../../src/client/dhcp6/binding.ts";
import { STOPPED, step } from "../../../src/client/dhcp6/machine.ts";
import type { ClientSettings } from "../../../src/client/dhcp6/messages.ts";
import type { ClientEvent, ClientState } from "../../../src/client/dhcp6/state.ts";
import type { Ipv6 } from "../../../src/net/ipv6.ts";
import { firstAddress } from "../../../src/net/ipv6-prefix.ts";
import type { Random } from "../../support/random.ts";
import type { Events } from "../events.ts";
import type { Link6, Network6, Station6 } from "./network6.ts";

/** What a host tells the world. */
export interface Witness6 {
  /** It has this lease from now on. True: somebody else answers for the address. */
  holds(host: Host6, lease: ClientLease, isNew: boolean): boolean;
  /** It has it no more: given back, refused, over, or forgotten. */
  loses(host: Host6, lease: ClientLease): void;
}

/** A host with a DHCPv6 client of `client/`: it comes and goes, and remembers its leases meanwhile. */
export class Host6 implements Station6 {
  readonly number: number;
  readonly settings: ClientSettings;
  readonly linkLocal: Ipv6;
  readonly #events: Events;
  readonly #network: Network6;
  readonly #witness: Witness6;
  readonly #random: () => number;
  #state: ClientState = STOPPED;
  /** Counts up with each change of state, so that an old alarm rings for nobody. */
  #alarm = 0;
  #link: Link6 | undefined;
  /** What it had when it was switched off. */
  #remembered: Binding | undefined;

  constructor(
    number: number,
    settings: ClientSettings,
    linkLocal: Ipv6,
    world: { readonly events: Events; readonly network: Network6; readonly witness: Witness6; readonly random: Random },
  ) {
    this.number = number;
    this.settings = settings;
    this.linkLocal = linkLocal;
    this.#events = world.events;
    this.#network = world.network;
    this.#witness = world.witness;
    this.#random = () => world.random.next() / 2 ** 32;
  }

  get link(): Link6 | undefined {
    return this.#link;
  }

  get leases(): readonly ClientLease[] {
    return leasesOf(this.#state.binding ?? this.#remembered);
  }

  /** Its cable is plugged in, and it is switched on. */
  plugIn(link: Link6): void {
    this.#link = link;
    this.#state = STOPPED;
    const binding = this.#remembered;
    this.#remembered = undefined;
    this.#happens(binding === undefined ? { kind: "start", delayed: true } : { kind: "reboot", binding });
    // Of leases that ran out while it was off the client says nothing.
    for (const lease of leasesOf(binding)) if (lease.validUntil <= this.#events.now) this.#witness.loses(this, lease);
  }

  /** It is switched off without a word. */
  unplug(): void {
    this.#alarm++;
    this.#link = undefined;
    this.#remembered = this.#state.binding ?? this.#remembered;
    this.#state = STOPPED;
  }

  /** Gives its leases back and stops. */
  release(): void {
    this.#happens({ kind: "release" });
  }

  /** Renews now. */
  renew(): void {
    this.#happens({ kind: "renew" });
  }

  /** What it knew is gone, as after a new installation. To be called when it is switched off. */
  forget(): void {
    for (const lease of leasesOf(this.#remembered)) this.#witness.loses(this, lease);
    this.#remembered = undefined;
  }

  receive(bytes: Uint8Array): void {
    this.#happens({ kind: "datagram", bytes, unicast: true });
  }

  #happens(event: ClientEvent): void {
    const link = this.#link;
    if (link === undefined) return;
    const before = this.#state;
    const { state, actions } = step(this.settings, before, event, this.#events.now, this.#random);
    this.#state = state;
    if (state !== before) this.#setAlarm(state.wakeAt);
    const inUse: Ipv6[] = [];
    for (const action of actions) {
      if (action.kind === "send") this.#network.send(link, action.message, this.linkLocal);
      else if (action.kind === "deconfigure") this.#witness.loses(this, action.lease);
      else if (action.kind !== "options" && this.#witness.holds(this, action.lease, action.kind === "configure"))
        inUse.push(firstAddress(action.lease.prefix));
    }
    if (inUse.length > 0) this.#happens({ kind: "duplicate", addresses: inUse });
  }

  #setAlarm(at: number): void {
    const alarm = ++this.#alarm;
    if (at === Infinity) return;
    this.#events.at(at, () => {
      if (alarm === this.#alarm) this.#happens({ kind: "tick" });
    });
  }
}
