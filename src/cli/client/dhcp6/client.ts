/** A DHCPv6 client on an interface: the state machine with its socket, DAD and the kernel. */
import { setTimeout as delay } from "node:timers/promises";
import * as client from "../../../client/dhcp6/index.ts";
import { openIpv6Prober, openIpv6Transport } from "../../../io/open.ts";
import type { LocalInterface } from "../../../io/transport.ts";
import { formatIpv6, type Ipv6, isMulticast } from "../../../net/ipv6.ts";
import { firstAddress, type Ipv6Prefix } from "../../../net/ipv6-prefix.ts";
import { encodeMessage } from "../../../wire/dhcp6/encode.ts";
import type { Message } from "../../../wire/dhcp6/message.ts";
import { IPV6 } from "../../family.ts";
import { createConflictCheck } from "../conflict-check.ts";
import { type ClientContext, type EventName, type InterfaceClient, runHere, uptime } from "../context.ts";
import { describe, fromState, leasesToJson, nameOf, optionsOf, serverOf, setupOf, toState } from "./lease.ts";

const STATE = "dhcp6";
/** How long a RELEASE may go unanswered before the client ends all the same, in milliseconds. */
const FAREWELL = 3000;

const LOSSES: Readonly<Record<client.LossReason, EventName>> = {
  expired: "expired",
  refused: "refused",
  conflict: "declined",
  released: "released",
};

/** `stateless`: options are all that it asks for. Rejects with a TransportError. */
export async function openDhcp6Client(
  context: ClientContext,
  link: LocalInterface<Ipv6>,
  settings: client.ClientSettings,
  stateless: boolean,
): Promise<InterfaceClient> {
  const { interfaceIndex, configurator, state, anonymous } = context;
  const transport = await openIpv6Transport({
    kind: "linux",
    address: IPV6.unspecified,
    port: IPV6.clientPort,
    interfaces: [link],
  });
  const outbox = transport.createOutbox(1);
  const conflicts = createConflictCheck<Ipv6 | Ipv6Prefix>(await openIpv6Prober(), interfaceIndex, (address) =>
    formatIpv6(firstAddress(address)),
  );
  /** By name: what the interface uses, and what is being asked about. */
  const used = new Map<string, client.ClientLease>();
  const checked = new Map<string, client.ClientLease>();
  let options: Message | undefined;
  let toldServer: ReturnType<typeof serverOf> = null;
  let started = false;
  let onSilent = (): void => {};

  const running = runHere(client.machine(settings), (actions, before, after) => {
    const lost: Partial<Record<client.LossReason, client.ClientLease[]>> = {};
    const extended: client.ClientLease[] = [];
    let [isNew, isInformed] = [false, false];
    for (const action of actions) {
      switch (action.kind) {
        case "send":
          send(anonymous ? client.anonymous(action.message, Math.random) : action.message);
          break;
        case "configure":
          checked.set(nameOf(action.lease), action.lease);
          isNew = true;
          break;
        case "extend":
          if (checked.has(nameOf(action.lease))) checked.set(nameOf(action.lease), action.lease);
          else {
            used.set(nameOf(action.lease), action.lease);
            extended.push(action.lease);
          }
          break;
        case "deconfigure":
          used.delete(nameOf(action.lease));
          checked.delete(nameOf(action.lease));
          lost[action.reason] = [...(lost[action.reason] ?? []), action.lease];
          break;
        case "options":
          options = action.message;
          isInformed = after.wants === "information";
      }
    }
    // What is told is done.
    if (actions.some(({ kind }) => kind !== "send")) keep();
    for (const [reason, leases] of Object.entries(lost)) tell(LOSSES[reason as client.LossReason], leases);
    // A server that answered a REBIND with NoBinding has extended by a REQUEST (section 18.2.10.1).
    const isByAnother = before.exchange?.kind === "rebind" || serverOf(after.binding) !== toldServer;
    if (extended.length > 0) tell(isByAnother ? "rebound" : "renewed", extended);
    if (isInformed) context.say("informed", "options only", { options: optionsOf(options) });
    if (isNew) check();
    if (after.exchange === undefined) onSilent();
  });

  function send(message: Message): void {
    const bytes = encodeMessage(message);
    outbox.next().set(bytes);
    const address = client.ALL_DHCP_RELAY_AGENTS_AND_SERVERS;
    outbox.add(bytes.length, {
      address,
      port: IPV6.serverPort,
      hardwareAddress: undefined,
      interfaceIndex,
      source: IPV6.unspecified,
    });
    outbox.send();
  }

  function check(): void {
    const addresses = [...checked.values()].filter(({ kind }) => kind === "IA_NA").map(({ prefix }) => firstAddress(prefix));
    conflicts.check(addresses, (taken) => {
      // The machine gives them up, and says which.
      if (taken.length > 0) running.happens({ kind: "duplicate", addresses: taken.map((address) => firstAddress(address)) });
      if (checked.size === 0) return;
      for (const [name, lease] of checked) used.set(name, lease);
      checked.clear();
      keep();
      tell("bound", [...used.values()]);
    });
  }

  function tell(event: EventName, leases: readonly client.ClientLease[]): void {
    const from = serverOf(running.state.binding);
    toldServer = from;
    const details = { server: from, leases: leasesToJson(leases), options: optionsOf(options) };
    context.say(
      event,
      event === "bound" || event === "renewed" || event === "rebound" ? describe(leases) : leases.map(nameOf).join(", "),
      details,
    );
  }

  /** On the interface and on disk. */
  function keep(): void {
    const { binding, wants } = running.state;
    if (binding === undefined && wants !== "information") options = undefined;
    // Name servers count as soon as an address does.
    const inUse = used.size > 0 || wants === "information";
    configurator?.apply(setupOf([...used.values()], inUse ? options : undefined));
    state.set(STATE, binding === undefined ? undefined : toState({ binding, options }));
  }

  transport.start((batch, count) => {
    for (const { bytes, length, interfaceIndex: index, destination } of batch.slice(0, count)) {
      if (index !== interfaceIndex) continue;
      running.happens({ kind: "datagram", bytes: bytes.subarray(0, length), unicast: !isMulticast(destination) });
    }
  });

  function begin(): void {
    started = true;
    const kept = anonymous ? undefined : fromState(state.get(STATE));
    if (stateless) running.happens({ kind: "inform" });
    else if (kept === undefined || client.nextExpiryOf(kept.binding) <= uptime()) running.happens({ kind: "start", delayed: false });
    else {
      options = kept.options;
      running.happens({ kind: "reboot", binding: kept.binding });
    }
  }

  return {
    linkIs(up) {
      if (started) running.happens({ kind: "link", up });
      else if (up) begin();
    },
    async release() {
      if (running.state.binding === undefined) return;
      const answered = new Promise<void>((resolve) => {
        onSilent = resolve;
      });
      conflicts.cancel();
      running.happens({ kind: "release" });
      await Promise.race([answered, delay(FAREWELL)]);
    },
    close() {
      running.stop();
      conflicts.close();
      transport.close();
    },
  };
}
