import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { optionValue } from "../../src/wire/dhcp4/options.ts";
import { addresses, type NetworkSpec, type ReservationSpec, text } from "../engine/support/config.ts";
import { home } from "../engine/support/home.ts";
import { ALICE, discover, mac, request } from "../engine/support/messages.ts";
import type { Server } from "../engine/support/server.ts";

/* Counterparts of Charrua's tests, by the names that docs/explanation/charrua.md has for them. */

const PRL = [6, 41, 3, 15, 70, 1, 23, 35];
const OPTIONS = { 3: addresses("10.0.0.1", "10.0.0.2"), 6: addresses("10.0.0.53"), 15: text("example.org"), 42: addresses("10.0.0.42") };
const RANGE: NetworkSpec["ranges"] = [{ range: "10.0.0.50-10.0.0.100" }];
const FIXED: readonly ReservationSpec[] = [{ address: "10.0.0.150", match: [{ kind: "chaddr", chaddr: mac(ALICE) }] }];
const server = (network: NetworkSpec): Server => home({ ranges: [], options: OPTIONS, ...network });
/** An opaque client identifier, as Charrua's client has it. */
const ID = "0074657374";
const select = (requested: string, id = ID) => request({ mac: ALICE, id, requested, server: "10.0.0.1", broadcast: true, prl: PRL });

describe("messages", () => {
  test("every code of an option, and seven addresses in one, survive", () => {
    const codes = Array.from({ length: 254 }, (_, index) => ({ code: index + 1, data: Uint8Array.of(index) })).filter(
      ({ code }) => ![52, 53].includes(code),
    );
    const names = addresses("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7");
    const made = {
      ...discover({ prl: null }),
      options: [{ code: 53, data: Uint8Array.of(1) }, ...codes.filter(({ code }) => code !== 6), { code: 6, data: names }],
    };
    const decoded = decode(encodeMessage(made));
    assert.ok(decoded.ok);
    assert.deepEqual(optionValue(decoded.message, 6), names);
    for (const { code, data } of codes) if (code !== 6) assert.deepEqual(optionValue(decoded.message, code), data, `option ${code}`);
  });
});

describe("configuration", () => {
  const load = (code: number) =>
    loadConfig(
      `networks:\n  10.0.0.0/24:\n    ranges: [{ range: 10.0.0.50-10.0.0.100 }]\n    options: { values: { ${code}: { type: hex, value: "0a000001" } } }\n`,
      "charrua.yaml",
    );

  test("an option that the protocol has no use for itself can be configured by its number", () => assert.equal(load(176).ok, true));

  for (const code of [0, 50, 51, 53, 54, 55, 58, 59, 61, 255])
    test(`option ${code} can't be configured`, () => {
      const loaded = load(code);
      assert.ok(!loaded.ok);
      assert.deepEqual(
        loaded.diagnostics.filter(({ severity }) => severity === "error").map(({ line }) => line),
        [4],
        JSON.stringify(loaded.diagnostics),
      );
    });

  test("options of a host take the place of the network's", () => {
    const { options } = server({
      ranges: RANGE,
      reservations: FIXED.map((host) => ({ ...host, options: { 3: addresses("10.0.0.9"), 74: addresses("10.0.0.8") } })),
    }).receive(discover({ mac: ALICE, prl: [1, 3, 6] }));
    assert.deepEqual(options?.slice(-3), ["1 255.255.255.0", "3 10.0.0.9", "6 10.0.0.53"]);
  });
});

const TIMES = ["54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s"];
const ASKED = ["1 255.255.255.0", "6 10.0.0.53", "3 10.0.0.1 10.0.0.2", "15 example.org"];
const BROADCAST = "255.255.255.255:68 on 2 from 10.0.0.1";

function offer(at: string) {
  return {
    to: `${at}:68 ${ALICE} on 2 from 10.0.0.1`,
    header: `op 2 htype 1 ${ALICE} yiaddr ${at}`,
    options: ["53 OFFER", ...TIMES, ...ASKED, `61 ${ID}`],
  };
}

function ack(at: string) {
  return {
    to: BROADCAST,
    header: `op 2 htype 1 ${ALICE} flags 8000 yiaddr ${at}`,
    options: ["53 ACK", ...TIMES, ...ASKED, `61 ${ID}`],
    limit: 548,
    changes: [`bound ${at} 1000..4600 of alice as ${ID}`],
  };
}

function nak(reason: string, id: string) {
  return {
    to: BROADCAST,
    header: `op 2 htype 1 ${ALICE} flags 8000`,
    options: ["53 NAK", "54 10.0.0.1", `56 ${reason}`, `61 ${id}`],
    limit: 548,
    changes: [],
  };
}

const ask = () => discover({ mac: ALICE, id: ID, prl: PRL });
const OTHER = "0075";

describe("from DISCOVER to ACK", () => {
  test("an OFFER has an address of the range, and changes no lease", () => {
    const home = server({ ranges: RANGE });
    const { to, header, options } = home.receive(ask());
    assert.deepEqual({ to, header, options }, offer("10.0.0.50"));
    assert.equal(home.table.size, 0);
  });

  for (const [name, ranges] of [
    ["a range", RANGE],
    ["no range", []],
  ] as const)
    test(`a fixed address is offered and acknowledged, and no other, with ${name}`, () => {
      const home = server({ ranges, reservations: FIXED });
      const { to, header, options } = home.receive(ask());
      assert.deepEqual({ to, header, options }, offer("10.0.0.150"));
      assert.deepEqual(home.receive(select("10.0.0.150")), ack("10.0.0.150"));
      const reason = ranges.length > 0 ? "another address is reserved for this client" : "the address is not available to this client";
      assert.deepEqual(home.receive(select("10.0.0.55", OTHER)), nak(reason, OTHER));
      assert.equal(home.table.size, 1);
    });

  test("without a range nobody is offered anything, and who asks is refused", () => {
    const home = server({});
    assert.deepEqual(home.receive(ask()), { silence: "no-address-free" });
    assert.deepEqual(home.receive(select("10.0.0.55")), nak("the address is not available to this client", ID));
    assert.equal(home.table.size, 0);
  });

  test("an address is given to the first who asks, and refused to the next", () => {
    const home = server({ ranges: RANGE });
    assert.deepEqual(home.receive(select("10.0.0.55")), ack("10.0.0.55"));
    const lease = home.leaseAt("10.0.0.55");
    assert.equal(lease, `bound 10.0.0.55 1000..4600 of alice as ${ID}`);
    assert.deepEqual(home.receive(select("10.0.0.55", OTHER)), nak("the address is in use by another client", OTHER));
    assert.equal(home.leaseAt("10.0.0.55"), lease);
    assert.equal(home.table.size, 1);
  });
});
