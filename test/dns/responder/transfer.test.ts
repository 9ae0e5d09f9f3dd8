import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode } from "dns-packet";
import type { NameChanges, NameReader } from "../../../src/dns/claim.ts";
import { createNameTable } from "../../../src/dns/name-table.ts";
import { decodePacket, type Packet } from "../../../src/dns/packet.ts";
import type { Authority } from "../../../src/dns/responder/authority.ts";
import { createTransfers, type Transfers } from "../../../src/dns/responder/transfer.ts";
import type { Zone } from "../../../src/dns/responder/zones.ts";
import { RecordType } from "../../../src/wire/dns/type-code.ts";
import { claim, nameTable, reservation } from "../name-table.ts";
import { authorityOf, lineOf, NOW, question, SERIAL, shown, ZONES } from "./support.ts";

async function transfer(authority: Authority, zone: string, transfers: Transfers = createTransfers(() => {})): Promise<Uint8Array[]> {
  const packet = decodePacket(question(zone, RecordType.AXFR)) as Packet;
  const messages: Uint8Array[] = [];
  for await (const message of transfers.messages(authority, authority.zones.of(zone) as Zone, packet)) messages.push(message);
  return messages;
}

function linesOf(messages: readonly Uint8Array[]): readonly string[] {
  return messages.flatMap((bytes) => (decode(Buffer.from(bytes)).answers ?? []).map(lineOf));
}

/**
 * The same authority; when it has looked at so many of its names, that takes so long that its turn
 * is over, and then something happens.
 */
function interrupted(authority: Authority, after: number, happens: () => void): Authority {
  const names: NameReader = Object.assign(Object.create(authority.names) as NameReader, {
    *names(): Generator<string> {
      let left = after;
      for (const name of authority.names.names()) {
        if (left-- === 0) {
          setImmediate(happens);
          const end = performance.now() + 20;
          while (performance.now() < end);
        }
        yield name;
      }
    },
  });
  return { ...authority, names };
}

const LAN = `lan 300 SOA ns.lan hostmaster.lan ${SERIAL} 900 60 604800 60`;

describe("a transfer", () => {
  const NAMES = nameTable(
    claim("laptop.lan", "192.168.5.9", { expiry: NOW + 20, lifetime: 3600 }),
    claim("laptop.lan", "2001:db8::9", { expiry: NOW - 5, lifetime: 120 }),
    claim("ns.lan", "192.168.5.15"),
    claim("host.example", "192.168.5.16"),
    claim("far.lan", "10.0.0.1"),
    reservation("printer.lan", "192.168.5.20"),
    claim("a.sub.lan", "192.168.5.21"),
  );

  test("has the SOA record, the name server, and what names are, whatever is left of leases", async () => {
    const authority = authorityOf(NAMES);
    const [only, ...more] = await transfer(authority, "lan");
    assert.deepEqual(only && shown(only), [
      "7 NOERROR qr aa rd",
      "? lan AXFR",
      `= ${LAN}`,
      "= lan 300 NS ns.lan",
      "= ns.lan 300 A 192.168.5.1",
      "= laptop.lan 300 A 192.168.5.9",
      "= laptop.lan 120 AAAA 2001:db8::9",
      "= far.lan 300 A 10.0.0.1",
      "= printer.lan 300 A 192.168.5.20",
      "= a.sub.lan 300 A 192.168.5.21",
      `= ${LAN}`,
    ]);
    assert.deepEqual(more, []);
  });

  test("of a reverse zone has the names of its addresses", async () => {
    const soa = `5.168.192.in-addr.arpa 300 SOA ns.lan hostmaster.lan ${SERIAL} 900 60 604800 60`;
    assert.deepEqual(linesOf(await transfer(authorityOf(NAMES), "5.168.192.in-addr.arpa")), [
      soa,
      "5.168.192.in-addr.arpa 300 NS ns.lan",
      "9.5.168.192.in-addr.arpa 300 PTR laptop.lan",
      "15.5.168.192.in-addr.arpa 300 PTR ns.lan",
      "16.5.168.192.in-addr.arpa 300 PTR host.example",
      "20.5.168.192.in-addr.arpa 300 PTR printer.lan",
      "21.5.168.192.in-addr.arpa 300 PTR a.sub.lan",
      soa,
    ]);
    const six = linesOf(await transfer(authorityOf(NAMES), "8.b.d.0.1.0.0.2.ip6.arpa"));
    assert.deepEqual(six[2], `9.${"0.".repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa 120 PTR laptop.lan`);
    assert.equal(six.length, 4);
  });

  test("leaves what belongs to a smaller zone to that, and says who has it", async () => {
    const lines = linesOf(await transfer(authorityOf(NAMES, ["lan", "sub.lan", "5.168.192.in-addr.arpa", "192.in-addr.arpa"]), "lan"));
    assert.deepEqual(lines.slice(1, 5), [
      "lan 300 NS ns.lan",
      "ns.lan 300 A 192.168.5.1",
      "sub.lan 300 NS ns.sub.lan",
      "ns.sub.lan 300 A 192.168.5.1",
    ]);
    assert.ok(!lines.some((line) => line.startsWith("a.sub.lan")));
  });

  test("has what is reserved for the name of this server instead of its own addresses", async () => {
    const names = nameTable(reservation("ns.lan", "192.168.5.3"), claim("ns.lan", "192.168.5.4"));
    assert.deepEqual(linesOf(await transfer(authorityOf(names), "lan")), [LAN, "lan 300 NS ns.lan", "ns.lan 300 A 192.168.5.3", LAN]);
  });

  test("of ten thousand names is many messages, none long, of which one repeats the question", async () => {
    const names = nameTable(...Array.from({ length: 10_000 }, (_, i) => claim(`host-${i}.lan`, `10.0.${i >> 8}.${i & 255}`)));
    let done = 0;
    const messages = await transfer(
      authorityOf(names),
      "lan",
      createTransfers(() => {
        done++;
      }),
    );
    const lines = linesOf(messages);
    assert.equal(lines.length, 10_000 + 4);
    assert.equal(new Set(lines).size, 10_000 + 3);
    assert.deepEqual([lines[0], lines.at(-1)], [LAN, LAN]);
    assert.ok(messages.length > 10);
    for (const message of messages) assert.ok(message.length <= 16_384 && message.length > 0, String(message.length));
    for (const message of messages.slice(0, -1)) assert.ok(message.length > 16_000, String(message.length));
    assert.deepEqual(
      messages.map((bytes) => decode(Buffer.from(bytes)).questions?.length),
      messages.map((_, i) => (i === 0 ? 1 : 0)),
    );
    assert.equal(done, 1);
  });

  test("has as many addresses of one name as an answer", async () => {
    const names = nameTable(...Array.from({ length: 300 }, (_, i) => claim("a.lan", `10.0.${i >> 8}.${i & 255}`)));
    const lines = linesOf(await transfer(authorityOf(names), "lan"));
    assert.equal(lines.filter((line) => line.startsWith("a.lan ")).length, 100);
  });

  test("ends where the zone has become another one before it was put together", async () => {
    let done = 0;
    const transfers = createTransfers(() => void done++);
    const authority = authorityOf(NAMES);
    const packet = decodePacket(question("lan", RecordType.AXFR)) as Packet;
    const messages = transfers.messages(authority, authority.zones.of("lan") as Zone, packet, () => false);
    assert.deepEqual(await messages.next(), { done: true, value: false });
    assert.equal(done, 0);
  });

  test("of addresses has each once, though another of its names has come to count meanwhile", async () => {
    const table = createNameTable();
    table.put(-1, reservation("kept.lan", "10.0.0.0"), 0);
    table.put(-2, reservation("other.lan", "10.0.0.1"), 0);
    for (let i = 0; i < 20_000; i++) table.put(i, claim(`host-${i}.lan`, `10.0.${i >> 8}.${i & 255}`), i);
    table.put(1, undefined, 0);
    table.takeChanges();
    const transfers = createTransfers(() => {});
    const authority = interrupted(authorityOf(table, ["0.10.in-addr.arpa"]), 10_000, () => {
      table.put(0, undefined, 0);
      table.put(1, claim("new.lan", "10.0.0.1"), 1);
      transfers.changed(table.takeChanges() as NameChanges);
    });
    const lines = linesOf(await transfer(authority, "0.10.in-addr.arpa", transfers));
    assert.deepEqual(lines.filter((line) => /^[01]\.0\.0\.10\.in-addr/.test(line)).sort(), [
      "0.0.0.10.in-addr.arpa 300 PTR kept.lan",
      "1.0.0.10.in-addr.arpa 300 PTR new.lan",
    ]);
    assert.equal(new Set(lines).size, 3 + 20_000);
    assert.equal(lines.length, 4 + 20_000);
  });

  test("is what the zone is at one moment, though names change while it is put together", async () => {
    const names = nameTable(...Array.from({ length: 20_000 }, (_, i) => claim(`host-${i}.lan`, `10.0.${i >> 8}.${i & 255}`)));
    let serial = 1;
    const transfers = createTransfers(() => {});
    const changed = (changes: Parameters<Transfers["changed"]>[0]): void => {
      serial++;
      transfers.changed(changes);
    };
    const authority = interrupted(authorityOf(names, ZONES, { serialOf: () => serial }), 10_000, () => {
      changed(names.put(claim("first.lan", "10.0.0.0")));
      changed(names.remove("10.0.78.31"));
      changed(names.put(claim("host-0.lan", "10.9.9.9")));
      changed(names.remove("10.9.9.9"));
    });
    const lines = linesOf(await transfer(authority, "lan", transfers));
    assert.match(lines[0] as string, / 5 900 60 604800 60$/);
    assert.equal(lines.length, 4 + 20_000 - 1);
    assert.equal(new Set(lines).size, 3 + 20_000 - 1);
    assert.ok(lines.includes("first.lan 300 A 10.0.0.0"));
    assert.ok(!lines.some((line) => line.startsWith("host-0.lan") || line.startsWith("host-19999.lan")));
  });
});
