import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { relaysOf } from "../../leases/dhcp6/relays.ts";
import type { Destination } from "../../net/destination.ts";
import { IPV6_UNSPECIFIED, type Ipv6, isLinkLocal } from "../../net/ipv6.ts";
import { signReconfigure } from "../../wire/dhcp6/authentication.ts";
import { type Message, MessageType } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { CLIENT_PORT, SERVER_PORT } from "../../wire/dhcp6/ports.ts";
import { mirroredRelays } from "./relays.ts";

/*
 * Reconfigure: a server that has something new for a client has it ask again (RFC 8415 section
 * 18.3.11). Only a client that said that it accepts this, and so has a key, is ever asked.
 */

/** REC_TIMEOUT, in milliseconds, and REC_MAX_RC (RFC 8415 section 7.6). */
const FIRST_TIMEOUT = 2000;
const MOST_TRIES = 8;

/** What a client may be asked to do (section 21.19). */
export type Asked = typeof MessageType.RENEW | typeof MessageType.REBIND | (typeof MessageType)["INFORMATION-REQUEST"];

export interface ReconfigureParts {
  readonly asked: Asked;
  /** The DUID of this server. */
  readonly serverIdentifier: Uint8Array;
  /** 8 bytes, greater than those of the last one for this client. */
  readonly replayDetection: Uint8Array;
  /** Index of the interface that the client was last heard on, as it is now. */
  readonly interfaceIndex: number;
  /** The address to send from on that interface's link, such as its link-local one. */
  readonly source: Ipv6;
}

/**
 * The Reconfigure for the client of a lease, and where it goes: to the client, or by the relays
 * that it was last heard through. Undefined: it does not accept any, or it is not known where it
 * is.
 */
export function reconfigureOf(
  owner: LeaseOwner,
  parts: ReconfigureParts,
): { readonly message: Message; readonly to: Destination<Ipv6> } | undefined {
  const { reconfigureKey, peerAddress } = owner;
  if (reconfigureKey === undefined || peerAddress === undefined) return undefined;
  const relays = mirroredRelays(relaysOf(owner.relays));
  const message = signReconfigure(
    {
      type: MessageType.RECONFIGURE,
      transactionId: 0,
      options: [
        { code: OptionCode.serverIdentifier, data: parts.serverIdentifier },
        { code: OptionCode.clientIdentifier, data: duidOf(owner.clientKey) },
        { code: OptionCode.reconfigureMessage, data: Uint8Array.of(parts.asked) },
      ],
      relays,
    },
    reconfigureKey,
    parts.replayDetection,
  );
  const isDirect = relays.length === 0;
  // To a relay elsewhere the routing table knows the way: what leaves from a link-local address,
  // the kernel does not send without an interface.
  const isOnLink = isDirect || isLinkLocal(peerAddress);
  return {
    message,
    to: {
      address: peerAddress.slice(),
      port: isDirect ? CLIENT_PORT : SERVER_PORT,
      hardwareAddress: undefined,
      interfaceIndex: isOnLink ? parts.interfaceIndex : 0,
      source: isOnLink ? parts.source : IPV6_UNSPECIFIED,
    },
  };
}

/**
 * Milliseconds until a Reconfigure is sent again that was sent `tries` times (sections 15 and
 * 18.3.11); undefined: the client is left alone. `random`: from -0.1 to 0.1.
 */
export function nextReconfigureAfter(tries: number, random: number): number | undefined {
  if (tries >= MOST_TRIES) return undefined;
  return FIRST_TIMEOUT * 2 ** (tries - 1) * (1 + random);
}
