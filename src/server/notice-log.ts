import type { Notice } from "../engine/notice.ts";
import { createLogAllowance, type LogAllowance, withLeftOut } from "../io/log-allowance.ts";
import { toHex } from "../net/bytes.ts";
import { formatMac } from "../net/mac.ts";
import type { ExhaustedPools } from "./exhausted-pools.ts";
import { type Log, SaidFacts } from "./log.ts";

/** Entries a minute. */
const ALLOWED = { reserved: 10, shared: 10 } as const;
/** Client identifiers that are remembered to have come from another hardware address. */
const MOST_MOVED = 256;

/**
 * Warns of what needs the operator: networks that are full, reserved addresses that others have,
 * machines that were cloned.
 */
export interface NoticeLog<A> {
  notice(found: Notice<A>): void;
  /** By what the entries are about. */
  readonly allowances: readonly (readonly [subject: string, LogAllowance])[];
}

/** How addresses, and those who hold them, are written. */
export interface NoticeWords<A> {
  format(address: A): string;
  formatHolder(holder: Uint8Array): string;
}

/** `uptime`: milliseconds that never go back. */
export function createNoticeLog<A>(log: Log, uptime: () => number, words: NoticeWords<A>, exhausted: ExhaustedPools): NoticeLog<A> {
  const reserved = createLogAllowance(ALLOWED.reserved, uptime);
  const shared = createLogAllowance(ALLOWED.shared, uptime);
  /** From which hardware address a client identifier moved to another one, the oldest first. */
  const moved = new Map<string, string>();

  /**
   * Whether it has moved back, so that both addresses are in use. A machine whose network card is
   * changed moves once.
   */
  function isBack(identifier: string, to: string, from: string): boolean {
    const before = moved.get(identifier);
    moved.delete(identifier);
    if (moved.size >= MOST_MOVED) moved.delete(moved.keys().next().value as string);
    moved.set(identifier, from);
    return before === to;
  }

  function tellReserved(found: Extract<Notice<A>, { kind: "reserved-in-use" }>): void {
    const leftOut = reserved.take();
    if (leftOut === undefined) return;
    const [address, holder] = [words.format(found.address), words.formatHolder(found.holder)];
    const text = `${address} is reserved for ${found.reservation}, but ${holder} has it: the host gets it when that lease ends; \`leasehold leases --release ${address}\` ends it now`;
    log.warn(new SaidFacts({ address, holder, reservation: found.reservation }), withLeftOut(text, leftOut));
  }

  function tellShared(found: Extract<Notice<A>, { kind: "identifier-moved" }>): void {
    const clientIdentifier = toHex(found.clientIdentifier);
    const [chaddr, other] = [formatMac(found.chaddr), formatMac(found.other)];
    if (!isBack(clientIdentifier, chaddr, other)) return;
    const leftOut = shared.take();
    if (leftOut === undefined) return;
    const address = words.format(found.address);
    const text = `${chaddr} and ${other} send the same client identifier, so they take ${address} from each other: is one machine a copy of the other? \`chaddr_only: true\` tells them apart`;
    log.warn(new SaidFacts({ address, client_identifier: clientIdentifier, hardware_address: chaddr, other }), withLeftOut(text, leftOut));
  }

  return {
    allowances: [...exhausted.allowances, ["reserved addresses that another client has", reserved], ["shared client identifiers", shared]],
    notice(found) {
      if (found.kind === "no-address-free") exhausted.refused(found.link, found.pools);
      else if (found.kind === "reserved-in-use") tellReserved(found);
      else tellShared(found);
    },
  };
}
