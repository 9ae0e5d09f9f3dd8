import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AddedReservation, isConflict, whyLeftOut } from "../../src/config/added.ts";
import { loadConfig } from "../../src/config/load.ts";

const FILE = `networks:
  10.0.0.0/24:
    options: {routers: 10.0.0.1, dns_servers: 10.0.0.1}
    ranges: [{range: 10.0.0.10-10.0.0.13}]
    reservations:
      - {match: {chaddr: "02:00:00:00:00:01"}, ip: 10.0.0.5, hostname: one}
reservations:
  - {match: {chaddr: "02:00:00:00:00:02"}, ip: 10.0.0.6, hostname: two}
v6:
  networks:
    2001:db8::/64:
      ranges: [{range: "2001:db8::10-2001:db8::20"}]
      reservations:
        - {match: {duid: "00:03:00:01:02:00:00:00:00:01"}, addresses: ["2001:db8::5"], prefixes: ["2001:db8:1::/56"]}
`;

const of = (id: string, reservation: unknown): AddedReservation => ({ id, origin: `reservation ${id}`, reservation });
const ip = (id: string, client: number, address: string): AddedReservation =>
  of(id, { match: { chaddr: `02:00:00:00:00:${String(client).padStart(2, "0")}` }, ip: address });
const v6 = (id: string, client: number, rest: object): AddedReservation =>
  of(id, { match: { duid: `00:03:00:01:02:00:00:00:00:${String(client).padStart(2, "0")}` }, ...rest });

/** What is served by of the added ones, and why not of the others: whether it is a conflict, and the words. */
function outcome(text: string, ...added: readonly AddedReservation[]) {
  const loaded = loadConfig(text, "a.yaml", added);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const names = (lists: readonly (readonly { readonly name: string }[])[]): string[] => lists.flat().map(({ name }) => name);
  return {
    served: [...loaded.config.networks, ...(loaded.config.dhcp6?.networks ?? [])].flatMap(({ reservations }) => names(reservations)),
    leftOut: Object.fromEntries((loaded.leftOut ?? []).map((one) => [one.id, [isConflict(one), whyLeftOut(one, "a.yaml")]])),
  };
}
const OWN = ["one", "two"];
const OWN6 = "duid 00:03:00:01:02:00:00:00:00:01";
const ONE_OF_TWO = "\n  hint: a client can have one reservation in a network; keep one of the two";

describe("reservations beside those of the file", () => {
  const cases: readonly [string, readonly AddedReservation[], { served: readonly string[]; leftOut: object }][] = [
    ["nothing", [], { served: [...OWN, OWN6], leftOut: {} }],
    [
      "of both protocols, with and without an address",
      [
        of("a", { match: { chaddr: "02:00:00:00:00:03" }, ip: "10.0.0.7", hostname: "a" }),
        of("b", { match: { chaddr: "02:00:00:00:00:04" }, hostname: "b" }),
        v6("c", 2, { addresses: ["2001:db8::7"], hostname: "c" }),
      ],
      { served: ["one", "b", "two", "a", OWN6, "c"], leftOut: {} },
    ],
    [
      "addresses that the file has given",
      [ip("a", 3, "10.0.0.5"), ip("b", 4, "10.0.0.6"), v6("c", 2, { addresses: ["2001:db8::5"] })],
      {
        served: [...OWN, OWN6],
        leftOut: {
          a: [true, "reservation a: ip: error: 10.0.0.5 is reserved for one already\n  the other one: a.yaml:6:9"],
          b: [true, "reservation b: ip: error: 10.0.0.6 is reserved for two already\n  the other one: a.yaml:8:5"],
          c: [true, `reservation c: addresses[0]: error: 2001:db8::5 is reserved for ${OWN6} already\n  the other one: a.yaml:14:11`],
        },
      },
    ],
    [
      "clients that have a reservation, and a prefix that overlaps",
      [ip("a", 1, "10.0.0.8"), ip("b", 2, "10.0.0.9"), v6("c", 2, { addresses: ["2001:db8::8"], prefixes: ["2001:db8:1:10::/60"] })],
      {
        served: [...OWN, OWN6],
        leftOut: {
          a: [
            true,
            `reservation a: match: error: the reservation of 10.0.0.5 in the same network has the same match (02:00:00:00:00:01)\n  the other one: a.yaml:6:9${ONE_OF_TWO}`,
          ],
          b: [
            true,
            `reservation b: match: error: another reservation here has the same match (02:00:00:00:00:02)\n  the other one: a.yaml:8:5${ONE_OF_TWO}`,
          ],
          c: [
            true,
            `reservation c: prefixes[0]: error: the reserved prefix 2001:db8:1:10::/60 overlaps 2001:db8:1::/56, reserved for ${OWN6}\n  the other one: a.yaml:14:11\n  hint: a prefix is delegated once`,
          ],
        },
      },
    ],
    [
      "each other: the first counts, but not where it is left out itself",
      [ip("a", 3, "10.0.0.5"), ip("b", 3, "10.0.0.7"), ip("c", 4, "10.0.0.7")],
      {
        served: [...OWN, "02:00:00:00:00:03", OWN6],
        leftOut: {
          a: [true, "reservation a: ip: error: 10.0.0.5 is reserved for one already\n  the other one: a.yaml:6:9"],
          c: [true, "reservation c: ip: error: 10.0.0.7 is reserved for 02:00:00:00:00:03 already\n  the other one: reservation b"],
        },
      },
    ],
    [
      "what is wrong in itself",
      [of("a", { mach: {} }), ip("b", 3, "10.9.0.1"), of("c", "x"), ip("d", 4, "10.0.0.7")],
      {
        served: [...OWN, "02:00:00:00:00:04", OWN6],
        leftOut: {
          a: [false, 'reservation a: mach: error: unknown key "mach"\n  hint: did you mean "match"?'],
          b: [false, "reservation b: ip: error: 10.9.0.1 is in none of the networks\n  hint: add the network, or correct the address"],
          c: [false, 'reservation c: error: expected a reservation: a map with match, ip and so on, got "x"'],
        },
      },
    ],
  ];
  for (const [name, added, expected] of cases) test(name, () => assert.deepEqual(outcome(FILE, ...added), expected));

  test("an address of a range is reserved, and all of them may be", () => {
    const added = [10, 11, 12, 13].map((n) => ip(`r${n}`, n, `10.0.0.${n}`));
    const loaded = loadConfig(FILE, "a.yaml", added);
    assert.ok(loaded.ok && loaded.leftOut === undefined);
    assert.deepEqual(
      loaded.config.ranges.map(({ excluded }) => excluded),
      [[{ start: 0x0a00000a, end: 0x0a00000d }]],
    );
    assert.match(loaded.warnings[0]?.message ?? "", /all of them are reserved/);
  });

  test("problems of the file are those of the file alone, with their places", () => {
    const loaded = loadConfig(`${FILE}nets: 1\n`, "a.yaml", [ip("a", 3, "10.0.0.5")]);
    assert.deepEqual(loaded.ok ? [] : loaded.diagnostics.map(({ line, column, message }) => [line, column, message]), [
      [15, 1, 'unknown key "nets"'],
    ]);
    assert.equal(loadConfig("reservations: 5\n", "a.yaml", [ip("a", 3, "10.0.0.5")]).ok, false);
    assert.equal(loadConfig("- 5\n", "a.yaml", [ip("a", 3, "10.0.0.5")]).ok, false);
  });
});
