import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadConfig } from "../../../src/config/load.ts";
import { type Context, decide } from "../../../src/engine/dhcp4/decide.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import { createLeaseTable } from "../../../src/leases/dhcp4/table.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { text } from "../support/config.ts";
import { message } from "../support/messages.ts";
import { received } from "../support/server.ts";

const CONFIG = `
client_classes: { v4: [
  { name: phones, assert: "option[60].text == 'phone'", options: { domain_name: phones.example } },
  { name: named, assert: "substring(option[12].text, 0, 1) == 'n'", options: { domain_name: named.example } },
  { name: both, assert: "member('phones') and member('named')", options: { log_servers: 10.0.0.5 } } ] }
networks:
  10.0.0.0/24:
    allocation: sequential
    options: { routers: 10.0.0.1 }
    ranges: [{ range: 10.0.0.10-10.0.0.11, class: phones }, { range: 10.0.0.100-10.0.0.104, deny_class: phones }]
`;

function contextOf(): Context {
  const loaded = loadConfig(CONFIG, "nested.yaml");
  assert.ok(loaded.ok);
  return { decider: createDecider(loaded.config), leases: createLeaseTable(loaded.config), now: 1000, random: 0 };
}

const anyMessage: fc.Arbitrary<Message> = fc
  .record({
    type: fc.constantFrom(MessageType.DISCOVER, MessageType.REQUEST, MessageType.INFORM),
    mac: fc.integer({ min: 10, max: 13 }),
    vendor: fc.constantFrom("phone", "pc", ""),
    hostname: fc.constantFrom("nora", "otto"),
    relayed: fc.boolean(),
    prl: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 }),
  })
  .map(({ type, mac, vendor, hostname, relayed, prl }) =>
    message(type, {
      mac: `02:00:00:00:00:${mac}`,
      hostname,
      prl,
      ...(type === MessageType.REQUEST ? { requested: "10.0.0.100", server: "10.0.0.1" } : { ciaddr: "10.0.0.77" }),
      ...(relayed ? { giaddr: "10.0.0.9" } : {}),
      more: [{ code: 60, data: text(vendor) }],
    }),
  );

test("a decision that is made while another one is took away its classes", () => {
  const context = contextOf();
  fc.assert(
    fc.property(anyMessage, anyMessage, (outer, inner) => {
      const alone = decide(context, received(outer));
      const innerAlone = decide(context, received(inner));
      assert.deepEqual(
        decide(context, received(outer), () => assert.deepEqual(decide(context, received(inner)), innerAlone)),
        alone,
      );
      const leases = new Proxy(context.leases, {
        get(target, name) {
          decide(context, received(inner));
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      assert.deepEqual(decide({ ...context, leases }, received(outer)), alone);
    }),
    { numRuns: 300 },
  );
});
