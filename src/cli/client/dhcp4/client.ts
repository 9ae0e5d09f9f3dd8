/** A DHCPv4 client on an interface: the state machine with sockets, ARP and the kernel. */
import { setTimeout as delay } from "node:timers/promises";
import * as client from "../../../client/dhcp4/index.ts";
import { openProber, openTransport } from "../../../io/open.ts";
import type { LocalInterface } from "../../../io/transport.ts";
import type { Destination } from "../../../net/destination.ts";
import { formatIpv4, IPV4_BROADCAST, type Ipv4 } from "../../../net/ipv4.ts";
import { encodeMessage } from "../../../wire/dhcp4/encode.ts";
import { ETHERNET_BROADCAST } from "../../../wire/frames/ethernet.ts";
import { IPV4 } from "../../family.ts";
import { createConflictCheck } from "../conflict-check.ts";
import { type ClientContext, type EventName, type InterfaceClient, runHere, uptime } from "../context.ts";
import { describe, fromState, leaseToJson, setupOf, toState } from "./lease.ts";

const STATE = "dhcp4";
/** How long the RELEASE may wait in the kernel for the hardware address of the next hop. */
const FAREWELL = 200;

const LOSSES: Readonly<Record<"expired" | "refused" | "conflict" | "released", EventName>> = {
  expired: "expired",
  refused: "nak",
  conflict: "declined",
  released: "released",
};

/** Rejects with a TransportError. */
export async function openDhcp4Client(
  context: ClientContext,
  link: LocalInterface<Ipv4>,
  settings: client.ClientSettings,
): Promise<InterfaceClient> {
  const { interfaceIndex, configurator, state, anonymous } = context;
  const transport = await openTransport({
    kind: "linux",
    address: IPV4.unspecified,
    port: IPV4.clientPort,
    interfaces: [link],
    beforeAddress: true,
  });
  const outbox = transport.createOutbox(1);
  const conflicts = createConflictCheck(await openProber(), interfaceIndex, formatIpv4);
  /** What the interface has been told to use. */
  let used: client.ClientLease | undefined;
  /** What is being asked about. */
  let checked: client.ClientLease | undefined;
  let started = false;

  const running = runHere(client.machine(settings), (actions, before, after, event) => {
    // A remembered lease that is not right here any more (machine.ts, `link`).
    const given = after.kind === "selecting" || after.kind === "init" || after.kind === "requesting";
    const refused = event.kind === "datagram" && before.kind === "rebooting";
    if (given && refused) lose(before.lease, "refused");
    else if (given && used !== undefined && before.kind === "rebooting") lose(used, "expired");
    for (const action of actions) {
      switch (action.kind) {
        case "send":
          send(anonymous ? client.anonymous(action.message, Math.random) : action.message, action.from, action.to);
          break;
        case "configure":
          check(action.lease);
          break;
        case "extend":
          if (checked === undefined) use(action.lease, before.kind === "rebinding" ? "rebound" : "renewed");
          else checked = action.lease;
          break;
        case "deconfigure":
          lose(action.lease, action.reason);
      }
    }
  });

  function send(message: Parameters<typeof encodeMessage>[0], from: Ipv4, to: Ipv4): void {
    const bytes = encodeMessage(message);
    outbox.next().set(bytes);
    outbox.add(bytes.length, destination(from, to));
    outbox.send();
  }

  /** An address that is not on the interface can't be sent from but by the packet socket. */
  function destination(from: Ipv4, to: Ipv4): Destination<Ipv4> {
    const routed = to !== IPV4_BROADCAST && configurator !== undefined && used !== undefined;
    return {
      address: to,
      port: IPV4.serverPort,
      hardwareAddress: routed ? undefined : ETHERNET_BROADCAST,
      interfaceIndex: routed ? 0 : interfaceIndex,
      source: from,
    };
  }

  function check(lease: client.ClientLease): void {
    checked = lease;
    conflicts.check([lease.address], (taken) => {
      const found = checked;
      if (found === undefined) return;
      checked = undefined;
      if (taken.length > 0) running.happens({ kind: "conflict" });
      else use(found, "bound");
    });
  }

  function use(lease: client.ClientLease, event: EventName): void {
    used = lease;
    configurator?.apply(setupOf(lease));
    state.set(STATE, toState(lease));
    context.say(event, describe(lease), { lease: leaseToJson(lease) });
  }

  /** A lease of before that no server knows may never have been one. */
  function lose(lease: client.ClientLease | undefined, reason: keyof typeof LOSSES): void {
    conflicts.cancel();
    checked = undefined;
    used = undefined;
    state.set(STATE, undefined);
    if (reason === "released") setTimeout(() => configurator?.apply(undefined), FAREWELL);
    else configurator?.apply(undefined);
    if (lease === undefined) context.say(LOSSES[reason], "the address of before", { lease: null });
    else context.say(LOSSES[reason], formatIpv4(lease.address), { lease: leaseToJson(lease) });
  }

  function begin(): void {
    started = true;
    const kept = anonymous ? undefined : fromState(state.get(STATE));
    if (kept === undefined) running.happens({ kind: "start", delayed: false });
    else running.happens({ kind: "reboot", address: kept.address, lease: kept.expiry > uptime() ? kept : undefined });
  }

  transport.start((batch, count) => {
    for (const { bytes, length, interfaceIndex: index } of batch.slice(0, count)) {
      if (index === interfaceIndex) running.happens({ kind: "datagram", bytes: bytes.subarray(0, length) });
    }
  });

  return {
    linkIs(up) {
      if (!up) return;
      if (started) running.happens({ kind: "link" });
      else begin();
    },
    async release() {
      if (used === undefined) return;
      running.happens({ kind: "release" });
      await delay(FAREWELL + 50);
    },
    close() {
      running.stop();
      conflicts.close();
      transport.close();
    },
  };
}
