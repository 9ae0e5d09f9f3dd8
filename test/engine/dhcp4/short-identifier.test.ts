import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../support/config.ts";
import { home } from "../support/home.ts";
import { ALICE, BOB, discover, mac, request } from "../support/messages.ts";

/* A client identifier has at least two bytes (RFC 2132 section 9.14): what is shorter may come from any number of clients. */

for (const id of ["", "x"]) {
  test(`two clients that send the same identifier of ${id.length} bytes were one client`, () => {
    const server = home();
    const first = server.receive(request({ mac: ALICE, id, server: "10.0.0.1", requested: "10.0.0.100" }));
    const second = server.receive(discover({ mac: BOB, id }));
    assert.match(first.header ?? "", / yiaddr 10\.0\.0\.100$/);
    assert.match(second.header ?? "", / yiaddr 10\.0\.0\.101$/);
    assert.equal(first.options?.at(-1), `61 ${id}`, "it is echoed all the same (RFC 6842)");
    const lease = server.table.byAddress(0x0a000064);
    assert.deepEqual(lease?.owner.clientKey, Uint8Array.of(1, ...mac(ALICE)));
    assert.deepEqual(lease?.owner.clientIdentifier, text(id), "it is kept as sent");
  });
}

test("a client keeps its address whether it sends an identifier of one byte or none", () => {
  const server = home();
  server.receive(request({ id: "x", server: "10.0.0.1", requested: "10.0.0.100" }));
  assert.match(server.receive(discover()).header ?? "", / yiaddr 10\.0\.0\.100$/);
});

test("an identifier of two bytes is a client", () => {
  const server = home();
  server.receive(request({ mac: ALICE, id: "xy", server: "10.0.0.1", requested: "10.0.0.100" }));
  assert.match(server.receive(discover({ mac: BOB, id: "xy" })).header ?? "", / yiaddr 10\.0\.0\.100$/);
});

test("a reservation by an identifier of one byte is nobody's", () => {
  const match = [{ kind: "clientIdentifier", value: text("x") } as const];
  const server = home({ reservations: [{ address: "10.0.0.50", match }] });
  assert.match(server.receive(discover({ id: "x" })).header ?? "", / yiaddr 10\.0\.0\.100$/);
});
