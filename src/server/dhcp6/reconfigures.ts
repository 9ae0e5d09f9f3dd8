import { nextReconfigureAfter, reconfigureOf } from "../../engine/dhcp6/reconfigure.ts";
import type { Outbox } from "../../io/transport.ts";
import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { Lease, LeaseOwner, Seconds } from "../../leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp6/record.ts";
import { equalBytes, toHex, writeU32 } from "../../net/bytes.ts";
import type { Duid } from "../../net/duid.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { REPLAY_DETECTION_SIZE } from "../../wire/dhcp6/authentication.ts";
import { encode, LARGEST_MESSAGE_SIZE } from "../../wire/dhcp6/encode.ts";
import { MessageType } from "../../wire/dhcp6/message.ts";

/*
 * The clients that this server has asked to renew (RFC 8415 section 18.3.11) and that have not
 * answered yet. Each is asked once at a time by each of its keys, however many leases it has, some
 * times more while it is silent, and forgotten when it answers. Nothing of this is kept when the
 * server ends: whoever did not hear it renews at T1.
 */

/** Messages that are sent at one time: a thousand clients must not all answer at once. */
const MOST_AT_ONCE = 100;

/** Interfaces of one client that are asked. */
const MOST_KEYS = 16;

/** The interface that a client was heard on, as it is now. */
export interface ReconfigureInterface {
  readonly index: number;
  readonly address: Ipv6;
}

export interface ReconfiguresParts {
  readonly serverIdentifier: Duid;
  readonly createOutbox: (capacity: number) => Outbox<Ipv6>;
  /** The served interface of this name; undefined: there is none now. */
  readonly interfaceNamed: (name: string) => ReconfigureInterface | undefined;
  /** Lease time. */
  readonly clock: () => Seconds;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
  /** From 0 to 2^32, each time another. */
  readonly random: () => number;
}

export interface Reconfigures {
  /** Clients that have not answered. */
  readonly waiting: number;
  /** Asks the client of the lease; false: it accepts no Reconfigure. */
  ask(lease: Lease): boolean;
  /** The client has come back. */
  answered(duid: Uint8Array): void;
  /** Sends what is due; to be called every now and then. */
  send(): void;
}

/** A client that was asked `tries` times. */
interface Waiting {
  /**
   * One for each key of its own: interfaces of one host, which have the DUID in common, get their
   * leases, and with these a key, each by itself, and look at nothing that another key signed.
   */
  readonly owners: LeaseOwner[];
  tries: number;
  /** When it is asked again, or for the first time. */
  due: number;
}

export function createReconfigures(parts: ReconfiguresParts): Reconfigures {
  const { uptime, clock } = parts;
  /** Undefined: nobody was asked yet. */
  let outbox: Outbox<Ipv6> | undefined;
  /** By DUID in hex, those that are due first not far from the front. */
  const waiting = new Map<string, Waiting>();
  const text = new TextDecoder();
  let lastSecond = 0;
  let inSecond = 0;

  /** A number of 64 bits that grows (section 20.3): the second, and what was sent in it. */
  function replayDetection(): Uint8Array {
    const second = Math.max(lastSecond, Math.floor(clock()));
    inSecond = second === lastSecond ? inSecond + 1 : 1;
    lastSecond = second;
    const bytes = new Uint8Array(REPLAY_DETECTION_SIZE);
    writeU32(bytes, 0, second);
    writeU32(bytes, 4, inSecond);
    return bytes;
  }

  function sendTo(owner: LeaseOwner): void {
    const served = parts.interfaceNamed(text.decode(owner.interfaceName));
    // Its interface is gone: it may come back before the last try.
    if (served === undefined) return;
    const made = reconfigureOf(owner, {
      asked: MessageType.RENEW,
      serverIdentifier: parts.serverIdentifier,
      replayDetection: replayDetection(),
      interfaceIndex: served.index,
      source: served.address,
    });
    if (made === undefined) return;
    outbox ??= parts.createOutbox(MOST_AT_ONCE);
    if (outbox.full) outbox.send();
    outbox.add(encode(made.message, outbox.next(), LARGEST_MESSAGE_SIZE), made.to, MessageType.RECONFIGURE);
  }

  return {
    get waiting() {
      return waiting.size;
    },
    ask({ owner }) {
      const { reconfigureKey, peerAddress } = owner;
      if (reconfigureKey === undefined || peerAddress === undefined) return false;
      const client = toHex(duidOf(owner.clientKey));
      const known = waiting.get(client);
      if (known === undefined) waiting.set(client, { owners: [OWNER_RECORD.copy(owner)], tries: 0, due: uptime() });
      else if (known.owners.length < MOST_KEYS && !known.owners.some((one) => isSameKey(one, reconfigureKey)))
        known.owners.push(OWNER_RECORD.copy(owner));
      return true;
    },
    answered(duid) {
      if (waiting.size > 0) waiting.delete(toHex(duid));
    },
    send() {
      const now = uptime();
      let sent = 0;
      for (const [client, one] of waiting) {
        if (one.due > now) continue;
        if (sent >= MOST_AT_ONCE) break;
        sent += one.owners.length;
        one.tries++;
        for (const owner of one.owners) sendTo(owner);
        waiting.delete(client);
        const after = nextReconfigureAfter(one.tries, (parts.random() / 2 ** 32) * 0.2 - 0.1);
        // After the last try its answer is not waited for: there is nothing more to do.
        if (after === undefined) continue;
        one.due = now + after;
        waiting.set(client, one);
      }
      if (outbox !== undefined && outbox.length > 0) outbox.send();
    },
  };
}

function isSameKey({ reconfigureKey }: LeaseOwner, key: Uint8Array): boolean {
  return reconfigureKey !== undefined && equalBytes(reconfigureKey, key);
}
