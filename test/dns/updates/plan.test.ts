import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Plan,
  type PublishedAddress,
  type PublishedPointer,
  planName,
  planPointer,
  type Update,
} from "../../../src/dns/updates/plan.ts";
import type { WantedName, WantedPointer } from "../../../src/dns/updates/wanted.ts";
import { formatAddress, parseAddress } from "../../../src/net/address.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { nameOfData } from "../../../src/wire/dns/read.ts";
import { nameOfType, RecordType } from "../../../src/wire/dns/type-code.ts";
import type { Change, Prerequisite } from "../../../src/wire/dns/update.ts";

/** DHCIDs of two hosts. */
const [A, B] = [Uint8Array.of(0xaa), Uint8Array.of(0xbb)];
const bytes = (text: string): Uint8Array => parseAddress(text) as Uint8Array;
const wanted = (dhcid: Uint8Array, ...addresses: string[]): WantedName => ({ addresses: addresses.map(bytes), dhcid, ttl: 600 });
const there = (dhcid: Uint8Array, address: string): PublishedAddress => ({ address: bytes(address), dhcid, confirmed: true });
const perhaps = (dhcid: Uint8Array, address: string): PublishedAddress => ({ address: bytes(address), dhcid, confirmed: false });

function dataOf(type: number, data: Uint8Array): string {
  if (type === RecordType.PTR) return nameOfData(data) ?? "";
  return type === RecordType.DHCID ? toHex(data) : formatAddress(data);
}

/** One line: what must hold, and what is done; all of it is about one name, which is left out. */
function line({ prerequisites, changes }: Update): string {
  const words = (one: Prerequisite | Change): string => {
    switch (one.kind) {
      case "name-in-use":
        return "in use";
      case "name-not-in-use":
        return "unused";
      case "rrset-exists":
        return `some ${nameOfType(one.type)}`;
      case "rrset-absent":
        return `no ${nameOfType(one.type)}`;
      case "rr-exists":
        return `${nameOfType(one.type)}=${dataOf(one.type, one.data)}`;
      case "add":
        return `+${nameOfType(one.type)} ${dataOf(one.type, one.data)}`;
      case "delete-rrset":
        return `-${nameOfType(one.type)}`;
      case "delete-name":
        return "-all";
      case "delete-rr":
        return `-${nameOfType(one.type)} ${dataOf(one.type, one.data)}`;
    }
  };
  return `${prerequisites.map(words).join(", ")}: ${changes.map(words).join(", ")}`;
}

function lines(plan: Plan | undefined): readonly string[] {
  if (plan === undefined) return [];
  const attempts = plan.attempts.flatMap((one) => [line(one), ...(one.cleanup === undefined ? [] : [`  then ${line(one.cleanup)}`])]);
  return [...attempts, `else ${plan.otherwise}`];
}

describe("the plan for a name", () => {
  type Case = readonly [
    what: string,
    wanted: WantedName | undefined,
    published: readonly PublishedAddress[],
    plan: readonly string[],
    policy?: "overwrite",
  ];
  const CASES: readonly Case[] = [
    ["nothing is there, nothing is wanted", undefined, [], []],
    ["it is there", wanted(A, "10.0.0.1"), [there(A, "10.0.0.1")], []],
    ["both addresses are", wanted(A, "10.0.0.1", "2001:db8::1"), [there(A, "2001:db8::1"), there(A, "10.0.0.1")], []],
    [
      "it is new: with no one's name, or its own of before",
      wanted(A, "10.0.0.1"),
      [],
      ["unused: +A 10.0.0.1, +DHCID aa", "DHCID=aa: -A, +A 10.0.0.1, +DHCID aa", "else conflict"],
    ],
    [
      "any name that is a DHCP client's is taken",
      wanted(A, "10.0.0.1", "2001:db8::1"),
      [],
      [
        "unused: +A 10.0.0.1, +AAAA 2001:db8::1, +DHCID aa",
        "DHCID=aa: -A, -AAAA, +A 10.0.0.1, +AAAA 2001:db8::1, +DHCID aa",
        "some DHCID: -A, -AAAA, -DHCID, +A 10.0.0.1, +AAAA 2001:db8::1, +DHCID aa",
        "else conflict",
      ],
      "overwrite",
    ],
    [
      "another address",
      wanted(A, "10.0.0.2"),
      [there(A, "10.0.0.1")],
      ["DHCID=aa: -A, +A 10.0.0.2, +DHCID aa", "unused: +A 10.0.0.2, +DHCID aa", "else conflict"],
    ],
    [
      "an address of the other protocol comes",
      wanted(A, "10.0.0.1", "2001:db8::1"),
      [there(A, "10.0.0.1")],
      [
        "DHCID=aa: -A, -AAAA, +A 10.0.0.1, +AAAA 2001:db8::1, +DHCID aa",
        "unused: +A 10.0.0.1, +AAAA 2001:db8::1, +DHCID aa",
        "else conflict",
      ],
    ],
    [
      "one of them goes",
      wanted(A, "2001:db8::1"),
      [there(A, "10.0.0.1"), there(A, "2001:db8::1")],
      ["DHCID=aa: -A, -AAAA, +AAAA 2001:db8::1, +DHCID aa", "unused: +AAAA 2001:db8::1, +DHCID aa", "else conflict"],
    ],
    [
      "it may be there already",
      wanted(A, "10.0.0.1"),
      [perhaps(A, "10.0.0.1")],
      ["DHCID=aa: -A, +A 10.0.0.1, +DHCID aa", "unused: +A 10.0.0.1, +DHCID aa", "else conflict"],
    ],
    [
      "the name has passed to another host",
      wanted(B, "10.0.0.2"),
      [there(A, "10.0.0.1")],
      [
        "DHCID=aa: -A, -AAAA, -DHCID, +A 10.0.0.2, +DHCID bb",
        "unused: +A 10.0.0.2, +DHCID bb",
        "DHCID=bb: -A, +A 10.0.0.2, +DHCID bb",
        "else conflict",
      ],
    ],
    [
      "and may have been told of already",
      wanted(B, "10.0.0.2"),
      [perhaps(A, "10.0.0.1"), perhaps(B, "10.0.0.2")],
      [
        "DHCID=bb: -A, +A 10.0.0.2, +DHCID bb",
        "DHCID=aa: -A, -AAAA, -DHCID, +A 10.0.0.2, +DHCID bb",
        "unused: +A 10.0.0.2, +DHCID bb",
        "else conflict",
      ],
    ],
    [
      "it goes",
      undefined,
      [there(A, "10.0.0.1"), there(A, "2001:db8::1")],
      ["DHCID=aa: -A 10.0.0.1, -AAAA 2001:db8::1", "  then DHCID=aa, no A, no AAAA: -DHCID", "else gone"],
    ],
    [
      "it goes, and whose it is there is not certain",
      undefined,
      [perhaps(A, "10.0.0.1"), there(B, "10.0.0.1")],
      [
        "DHCID=bb: -A 10.0.0.1",
        "  then DHCID=bb, no A, no AAAA: -DHCID",
        "DHCID=aa: -A 10.0.0.1",
        "  then DHCID=aa, no A, no AAAA: -DHCID",
        "else gone",
      ],
    ],
  ];
  for (const [what, want, published, plan, policy = "check-dhcid"] of CASES)
    test(what, () => assert.deepEqual(lines(planName("a.example.com", want, published, policy)), plan));
});

describe("the plan for an address", () => {
  const named = (name: string, dhcid = A): WantedPointer => ({ name, dhcid, ttl: 600 });
  const pointer = (name: string, confirmed = true, dhcid = A): PublishedPointer => ({ name, dhcid, confirmed });
  const CASES: readonly (readonly [
    what: string,
    wanted: WantedPointer | undefined,
    published: readonly PublishedPointer[],
    plan: readonly string[],
  ])[] = [
    ["nothing is there, nothing is wanted", undefined, [], []],
    ["it is there", named("a.example"), [pointer("a.example")], []],
    [
      "it is new: what a DHCP server has left is replaced, what was made by hand is not, unless it is the same",
      named("a.example"),
      [],
      [
        "no PTR: -PTR, -DHCID, +PTR a.example, +DHCID aa",
        "some DHCID: -PTR, -DHCID, +PTR a.example, +DHCID aa",
        "PTR=a.example: -PTR, -DHCID, +PTR a.example, +DHCID aa",
        "else conflict",
      ],
    ],
    [
      "another name",
      named("b.example", B),
      [pointer("a.example")],
      [
        "PTR=a.example: -PTR, -DHCID, +PTR b.example, +DHCID bb",
        "no PTR: -PTR, -DHCID, +PTR b.example, +DHCID bb",
        "some DHCID: -PTR, -DHCID, +PTR b.example, +DHCID bb",
        "PTR=b.example: -PTR, -DHCID, +PTR b.example, +DHCID bb",
        "else conflict",
      ],
    ],
    [
      "the same name of another host",
      named("a.example", B),
      [pointer("a.example")],
      [
        "PTR=a.example: -PTR, -DHCID, +PTR a.example, +DHCID bb",
        "no PTR: -PTR, -DHCID, +PTR a.example, +DHCID bb",
        "some DHCID: -PTR, -DHCID, +PTR a.example, +DHCID bb",
        "else conflict",
      ],
    ],
    [
      "it goes, whichever it is",
      undefined,
      [pointer("a.example", false), pointer("b.example", false)],
      ["PTR=a.example: -PTR, -DHCID", "PTR=b.example: -PTR, -DHCID", "some PTR: -PTR a.example, -PTR b.example", "else gone"],
    ],
  ];
  for (const [what, want, published, plan] of CASES)
    test(what, () => assert.deepEqual(lines(planPointer("1.0.0.10.in-addr.arpa", want, published)), plan));
});
