/** What is configured for one host or for a kind of clients reaches the clients that others wrote. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type ClientEvent, type ClientProgram, createDhcpClient, type DhcpClientOptions } from "../support/dhcp-client.ts";
import { type ListedLease, startLeasehold } from "../support/leasehold-process.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { assertAllAnswered } from "./counters.ts";
import { createBridge, createClientPlace, createPair } from "./labs.ts";

const PROGRAMS: readonly ClientProgram[] = ["dhclient", "udhcpc", "dhcpcd", "systemd-networkd"];

const macOf = (program: number, matter: number): string => `02:00:5e:80:0${program}:0${matter}`;
/** Of the form that systemd-networkd can send: an IAID and a DUID (RFC 4361). */
const identifierOf = (program: number): string => `ff0000000100020000ab11080000000000000${program}`;
const colons = (hex: string): string => (hex.match(/../g) ?? []).join(":");

const CONFIG = `
  config: { lease_time: 5m }
  client_classes:
    v4:
      - { name: access-points, assert: "substring(option[60].hex, 0, 7) == 'acme-ap'", options: { domain_name: ap.example }, config: { lease_time: 10m } }
      - name: kiosks
        # As one string, or in the form of RFC 3004.
        assert: "option[77].hex == 'kiosk' or option[77].hex == 0x056b696f736b"
        options: { domain_name: kiosk.example, routers: 10.77.0.3 }
  networks:
    10.77.0.0/24:
      options: { domain_name_servers: 10.77.0.53 }
      allocation: sequential
      ranges:
        - { range: 10.77.0.100-10.77.0.109, class: access-points, options: { routers: 10.77.0.2 } }
        - { range: 10.77.0.110-10.77.0.119, class: kiosks }
      reservations:
        ${PROGRAMS.flatMap((program, i) => [
          `- { ip: 10.77.0.1${i}, hostname: ${program}-a, match: { chaddr: "${macOf(i, 0)}" }, options: { domain_name: a.example, routers: 10.77.0.4 } }`,
          `- { ip: 10.77.0.11${i + 5}, hostname: ${program}-b, match: { client_id: "${colons(identifierOf(i))}" }, config: { lease_time: 15m } }`,
        ]).join("\n        ")}
`;

/** A way in which a client is known, and what it is to be given for that. */
interface Matter {
  readonly options?: Partial<DhcpClientOptions>;
  readonly address: RegExp;
  readonly given: Partial<ClientEvent>;
}

const mattersOf = (program: ClientProgram, i: number): readonly Matter[] => [
  // Reservation by hardware address.
  { address: RegExp(`^10.77.0.1${i}$`), given: { hostname: `${program}-a`, domain: "a.example", routers: "10.77.0.4" } },
  // Reservation by client identifier.
  {
    options: { clientIdentifier: identifierOf(i) },
    address: RegExp(`^10.77.0.11${i + 5}$`),
    given: { hostname: `${program}-b`, leaseTime: "900" },
  },
  // Class by option 60.
  {
    options: { vendorClass: "acme-ap-7" },
    address: /^10\.77\.0\.10\d$/,
    given: { domain: "ap.example", routers: "10.77.0.2", leaseTime: "600" },
  },
  // Class by option 77.
  { options: { userClass: "kiosk" }, address: /^10\.77\.0\.11[0-4]$/, given: { domain: "kiosk.example", routers: "10.77.0.3" } },
];

const line = ({ address, state, hardware_address, client_identifier, start, expiry }: ListedLease): string =>
  `${address} ${state} ${hardware_address} ${client_identifier} for ${(Date.parse(expiry) - Date.parse(start)) / 1000} s`;

suite("settings of hosts and kinds of clients", { concurrency: true }, () => {
  test("clients that others wrote get what their reservations and classes say", { concurrency: true }, async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, ...PROGRAMS)) return;
    const lab = createLab(t);
    const server = lab.namespace("server");
    const clients = PROGRAMS.flatMap((program, i) =>
      mattersOf(program, i).map((matter, j) => {
        const place = createClientPlace(lab, `${program}-${j}`, server, `port${i}${j}`, macOf(i, j));
        const client = createDhcpClient(t, lab, place, { program, ...matter.options });
        return { name: `${program} ${j}`, mac: macOf(i, j), program, client, ...matter };
      }),
    );
    createBridge(
      lab,
      server,
      "lan",
      clients.map(({ mac }) => `port${mac.at(-4)}${mac.at(-1)}`),
    );
    lab.exec(server, "ip", "address", "add", "10.77.0.1/24", "dev", "lan");
    const leasehold = await startLeasehold(t, lab, server, CONFIG);

    for (const { client } of clients) client.start();
    const bound = await Promise.all(clients.map(({ client }) => client.next("BOUND")));
    const rows: string[] = [];
    for (const [i, { client, name, mac, program, options, address, given }] of clients.entries()) {
      const event = bound[i] as ClientEvent;
      assert.match(event.address, address, name);
      const expected: ClientEvent = {
        ...{ event: "BOUND", address: event.address, mask: "255.255.255.0", routers: "", dns: "10.77.0.53", domain: "" },
        ...{ server: "10.77.0.1", leaseTime: "300", hostname: "", ...given },
      };
      assert.deepEqual(event, expected, name);
      assert.deepEqual(client.configured(), { address: `${event.address}/24`, router: given.routers }, name);
      // dhclient has no client identifier of its own.
      const identifier = options?.clientIdentifier ?? (program === "dhclient" ? null : `01${mac.replaceAll(":", "")}`);
      rows.push(`${event.address} bound ${mac} ${identifier} for ${expected.leaseTime} s`);
    }
    assert.equal(new Set(bound.map(({ address }) => address)).size, clients.length);
    assert.deepEqual((await leasehold.leases()).map(line).toSorted(), rows.toSorted());

    await Promise.all(clients.map(({ client }) => client.release()));
    const released = await leasehold.leasesWhen((leases) => leases.every(({ state }) => state === "released"));
    assert.deepEqual(
      released.map(({ state }) => state),
      clients.map(() => "released"),
    );
    const count = clients.length;
    assertAllAnswered(await leasehold.stop(), { discovers: count, requests: count, bound: count, released: count });
  });

  test("dhcpcd takes the ACK of a rapid commit, which is stored, and renews what it got", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhcpcd")) return;
    const { lab, server, client: place } = createPair(t, macOf(2, 9));
    const config = `
      rapid_commit: true
      config: { lease_time: 60, renew_time: 8 }
      networks:
        10.77.0.0/24:
          # Only what is on record is renewed.
          authoritative: false
          options: { routers: 10.77.0.1 }
          ranges: [{ range: 10.77.0.100-10.77.0.109 }]
    `;
    const committed = await startLeasehold(t, lab, server, config);
    const client = createDhcpClient(t, lab, place, { program: "dhcpcd", rapidCommit: true });
    client.start();
    const { address, leaseTime } = await client.next("BOUND");
    assert.equal(leaseTime, "60");
    const row = `${address} bound ${macOf(2, 9)} 01${macOf(2, 9).replaceAll(":", "")} for 60 s`;
    assert.deepEqual((await committed.leases()).map(line), [row]);
    const { commits, "received DISCOVER": discovers, "sent ACK": acks, renewed, ...counters } = await committed.stop();
    // No REQUEST, and no OFFER. A client that repeats its DISCOVER gets the same answer again.
    assert.deepEqual(counters, { bound: 1 });
    assert.equal(acks, discovers);

    const successor = await startLeasehold(t, lab, server, config, { database: committed.database });
    const renewal = await client.next("RENEW", "REBIND", "BOUND");
    assert.deepEqual({ event: renewal.event, address: renewal.address }, { event: "RENEW", address });
    assert.deepEqual((await successor.leases()).map(line), [row]);
    await client.cut();
    assertAllAnswered(await successor.stop(), { discovers: 0, requests: 1, bound: 0 });
  });
});
