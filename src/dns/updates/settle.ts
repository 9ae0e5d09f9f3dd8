import type { ConflictPolicy, DdnsSpec } from "../../config/model/names.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { reverseName } from "../../wire/dns/name.ts";
import type { NameReader } from "../claim.ts";
import type { Asking } from "./asking.ts";
import type { Settled } from "./direction.ts";
import { type Plan, type PublishedAddress, planName, planPointer } from "./plan.ts";
import { asUncertain, type Published, type StoredPointer } from "./published.ts";
import type { Route, Slot } from "./routes.ts";
import { type WantedName, type WantedPointer, wantedName, wantedPointer } from "./wanted.ts";

/*
 * Brings one name, or one address, to where it is wanted. What a message may bring about is written
 * down before it leaves, as uncertain; what it has brought about when the answer is there.
 */

export interface SettleParts {
  readonly names: NameReader;
  readonly published: Published;
  readonly asking: Asking;
  spec(): DdnsSpec | undefined;
  /**
   * Whether the address records of a name are waited for: before they are there, or it is known that
   * they won't be, no PTR record leads to it.
   */
  forwardState(name: string): "pending" | "conflict" | "none" | "settled";
  /** What has to be written can't be. */
  unwritten(error: unknown): void;
}

export interface Settling {
  name(route: Route, slot: Slot, name: string): Promise<Settled>;
  /** By the address as text. */
  address(route: Route, slot: Slot, address: string): Promise<Settled>;
  /** How things are with a name. `isRetired`: nothing is wanted where it leads to. */
  nameState(name: string, isRetired: boolean): NameState;
  /** The same of an address, as text. */
  addressState(address: string, isRetired: boolean): AddressState;
}

/** What is published of a name, what is wanted, and what has to be sent; undefined: nothing. */
export interface NameState {
  readonly rows: readonly PublishedAddress[];
  readonly wanted: WantedName | undefined;
  readonly plan: Plan | undefined;
}

/** The same of an address. */
export interface AddressState {
  readonly rows: readonly StoredPointer[];
  readonly wanted: WantedPointer | undefined;
  /** The address itself; undefined: nobody has it, and nothing is published. */
  readonly bytes: Uint8Array | undefined;
  /** `elsewhere`: it depends on the name, of which is not known yet what becomes. */
  readonly plan: Plan | "elsewhere" | undefined;
}

const DEFAULT_POLICY: ConflictPolicy = "check-dhcid";
/** Tried again like what a server refuses. */
const NOT_WRITTEN: Settled = {
  kind: "failed",
  failures: [{ result: "other", text: "the file of what is published can't be written", scope: "name" }],
};

export function createSettling(parts: SettleParts): Settling {
  const { names, published, asking, spec } = parts;

  function nameState(name: string, isRetired: boolean): NameState {
    const rows = published.forward(name);
    const claims = isRetired ? [] : names.byName(name);
    const dhcids = rows.map(({ dhcid }) => dhcid);
    const wanted = wantedName(claims, dhcids, spec()?.ttl);
    return { rows, wanted, plan: planName(name, wanted, rows, spec()?.conflict ?? DEFAULT_POLICY) };
  }

  function addressState(address: string, isRetired: boolean): AddressState {
    const rows = published.reverse(address);
    const claim = isRetired ? undefined : names.byAddress(address);
    const known = rows.find(({ name }) => name === claim?.name);
    let wanted = wantedPointer(claim, known?.dhcid, spec()?.ttl);
    const bytes = claim?.address ?? rows[0]?.address;
    if (claim !== undefined && wanted !== undefined && claim.forward) {
      const state = forwardOf(claim.name, claim.address);
      if (state === "pending") return { rows, wanted, bytes, plan: "elsewhere" };
      if (state === "conflict") wanted = undefined;
    }
    const plan = bytes === undefined ? undefined : planPointer(reverseName(bytes), wanted, rows);
    return { rows, wanted, bytes, plan };
  }

  function forwardOf(name: string, address: Uint8Array): "pending" | "conflict" | "there" {
    const state = parts.forwardState(name);
    if (state === "conflict") return "conflict";
    if (state === "none") return "there";
    const isThere = published.forward(name).some((row) => row.confirmed && equalBytes(row.address, address));
    return isThere ? "there" : "pending";
  }

  /**
   * Carries a plan out between what may be so while it is under way, and what is so afterwards.
   */
  async function carryOut(
    route: Route,
    slot: Slot,
    dnsName: string,
    plan: Plan,
    before: () => void,
    after: (isDone: boolean) => void,
  ): Promise<Settled> {
    try {
      before();
      await published.written();
    } catch (error) {
      parts.unwritten(error);
      return NOT_WRITTEN;
    }
    const carried = await asking.carryOut(route, slot, dnsName, plan);
    if (carried.kind === "failed") return carried;
    try {
      after(carried.kind === "done");
      await published.written();
    } catch (error) {
      // It stays uncertain.
      parts.unwritten(error);
      return NOT_WRITTEN;
    }
    return { kind: carried.kind === "done" || plan.otherwise === "gone" ? "ok" : "conflict" };
  }

  /** What is published may not be readable. */
  function guarded(settle: Settling["name"]): Settling["name"] {
    return (route, slot, key) =>
      settle(route, slot, key).catch((error: unknown) => {
        parts.unwritten(error);
        return NOT_WRITTEN;
      });
  }

  return {
    nameState,
    addressState,
    name: guarded(async (route, slot, name) => {
      const { rows, wanted, plan } = nameState(name, route.isRetired);
      if (plan === undefined) return { kind: "nothing" };
      const { addresses, dhcid } = wanted ?? { addresses: [], dhcid: NO_BYTES };
      const possible = addresses.map((address): PublishedAddress => ({ address, dhcid, confirmed: false }));
      const isKnown = (one: PublishedAddress): boolean =>
        rows.some((row) => equalBytes(row.address, one.address) && equalBytes(row.dhcid, one.dhcid));
      const uncertain = [...rows.map(asUncertain), ...possible.filter((one) => !isKnown(one))];
      const before = (): void => published.setForward(name, uncertain);
      const after = (isDone: boolean): void => {
        published.setForward(name, isDone ? possible.map((one) => ({ ...one, confirmed: true })) : []);
      };
      return carryOut(route, slot, name, plan, before, after);
    }),
    address: guarded(async (route, slot, address) => {
      const { rows, wanted, bytes, plan } = addressState(address, route.isRetired);
      if (plan === "elsewhere") return { kind: "elsewhere" };
      if (plan === undefined || bytes === undefined) return { kind: "nothing" };
      const possible: readonly StoredPointer[] =
        wanted === undefined ? [] : [{ name: wanted.name, address: bytes, dhcid: wanted.dhcid, confirmed: false }];
      const others = rows.filter(({ name }) => name !== wanted?.name).map(asUncertain);
      const before = (): void => published.setReverse(address, [...others, ...possible]);
      const after = (isDone: boolean): void => {
        published.setReverse(address, isDone ? possible.map((one) => ({ ...one, confirmed: true })) : []);
      };
      return carryOut(route, slot, reverseName(bytes), plan, before, after);
    }),
  };
}
