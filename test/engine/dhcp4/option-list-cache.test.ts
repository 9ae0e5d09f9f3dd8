import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadConfig } from "../../../src/config/load.ts";
import { type Context, decide } from "../../../src/engine/dhcp4/decide.ts";
import { createDecider, type Decider } from "../../../src/engine/dhcp4/decider.ts";
import { createLeaseTable, type LeaseTable } from "../../../src/leases/dhcp4/table.ts";
import { encode } from "../../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { text } from "../support/config.ts";
import { message } from "../support/messages.ts";
import { received } from "../support/server.ts";

const option = fc.constantFrom(
  "routers: 10.0.0.1",
  "domain_name: a.example",
  "domain_name: { value: b.example, always: true }",
  "domain_name: { value: null }",
  "ntp_servers: { value: 10.0.0.2, always: true }",
  "log_servers: 10.0.0.4",
  // More than fits into the smallest reply, so that 121 takes the place of 3 in large ones only.
  `classless_static_routes: [${Array.from({ length: 40 }, (_, i) => `{ destination: 10.${i}.1.0/24, router: 10.0.0.1 }`).join(", ")}]`,
  "subnet_mask: 255.255.0.0",
  "auto_configure: 0",
);
const options = fc.uniqueArray(option, { maxLength: 4, selector: (one) => one.split(":")[0] }).map((all) => `{ ${all.join(", ")} }`);

const anyConfig = fc.tuple(options, options, options, options).map(
  ([top, network, range, reserved]) => `
options: ${top.replace(/domain_name: { value: null },? ?/, "")}
client_classes: { v4: [
  { name: phones, assert: "option[60].text == 'phone'", options: { log_servers: 10.0.0.7 } },
  { name: named, assert: "substring(option[12].text, 0, 1) == 'n'", options: { domain_name: named.example } } ] }
networks:
  10.0.0.0/24:
    allocation: sequential
    options: ${network}
    ranges: [{ range: 10.0.0.10-10.0.0.10, options: ${range} }, { range: 10.0.0.100-10.0.0.100 }]
    reservations: [{ match: { chaddr: 02:00:00:00:00:10 }, ip: 10.0.0.50, options: ${reserved} },
      { match: { chaddr: 02:00:00:00:00:11 }, options: ${reserved} }]
`,
);

const anyMessage: fc.Arbitrary<Message> = fc
  .record({
    type: fc.constantFrom(MessageType.DISCOVER, MessageType.REQUEST, MessageType.INFORM),
    mac: fc.integer({ min: 10, max: 15 }),
    vendor: fc.constantFrom("phone", "pc"),
    hostname: fc.constantFrom("nora", "otto"),
    asks: fc.constantFrom([], [{ code: 116, data: Uint8Array.of(1) }]),
    prl: fc.oneof(
      fc.constantFrom([1, 3, 6, 15], [1, 121, 3, 15], null),
      fc.array(fc.constantFrom(1, 3, 7, 15, 28, 42, 53, 116, 121), { maxLength: 80 }),
    ),
    maxSize: fc.constantFrom(undefined, 576, 1500),
  })
  .map(({ type, mac, vendor, hostname, asks, prl, maxSize }) =>
    message(type, {
      mac: `02:00:00:00:00:${mac}`,
      hostname,
      prl,
      ...(maxSize === undefined ? {} : { maxSize }),
      ...(type === MessageType.REQUEST ? { requested: "10.0.0.100", server: "10.0.0.1" } : { ciaddr: "10.0.0.77" }),
      more: [{ code: 60, data: text(vendor) }, ...asks],
    }),
  );

function answer(decider: Decider, leases: LeaseTable, one: Message): Uint8Array | string {
  const context: Context = { decider, leases, now: 1000, random: 0 };
  const decision = decide(context, received(one));
  if (decision.kind !== "reply") return JSON.stringify(decision);
  const into = new Uint8Array(1500);
  return into.slice(0, encode(decision.message, into, decision.limit));
}

test("what a decider remembers never changes an answer", () => {
  let replies = 0;
  fc.assert(
    fc.property(anyConfig, fc.array(anyMessage, { minLength: 4, maxLength: 12 }), (text, messages) => {
      const loaded = loadConfig(text, "random.yaml");
      if (!loaded.ok) assert.fail(JSON.stringify(loaded));
      const warm = createDecider(loaded.config);
      const leases = createLeaseTable(loaded.config);
      for (let round = 0; round < 4; round++) {
        for (const one of messages) {
          // Settings without a number are one client's, for which no list is kept.
          const expected = answer({ ...createDecider(loaded.config), nextNumber: () => 0 }, leases, one);
          assert.deepEqual(answer(warm, leases, one), expected);
          if (typeof expected !== "string") replies++;
        }
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(replies > 1000);
});
