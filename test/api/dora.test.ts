import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { asked, open, READ, send } from "./support.ts";

const lease = (address: string, network: string, more: object = {}) => ({
  address,
  state: "bound",
  hardware_address: "02:00:00:00:00:01",
  client_identifier: null,
  hostname: null,
  start: "2026-01-01T00:00:00Z",
  expiry: "2026-01-02T00:00:00Z",
  vendor_class: null,
  circuit_id: null,
  remote_id: null,
  network,
  ...more,
});
const RESERVATIONS = [
  { origin: "a:1:1", inside: "10.0.0.0/24", reservation: { ip: "10.0.0.9", match: { chaddr: "02:00:00:00:00:09" } } },
  { origin: "a:2:1", inside: "v6", reservation: { ip: "2001:db8::1", match: { duid: "00" } } },
  { origin: "a:3:1", reservation: { match: { chaddr: "02:00:00:00:00:08" }, hostname: "only-options" } },
];

test("/v1/leases is as dora has it: what is in use, by network, then what is reserved", async (t) => {
  const pages = [
    {
      leases: [
        lease("10.0.0.1", "10.0.0.0/24"),
        lease("10.0.1.1", "10.0.1.0/24", { client_identifier: "01020000000001", expiry: "never" }),
        lease("10.0.0.2", "10.0.0.0/24", { state: "expired" }),
      ],
      next: 3,
    },
    { leases: [lease("10.0.0.3", "10.0.0.0/24", { state: "declined" }), lease("10.0.0.4", "10.0.0.0/24", { state: "released" })] },
  ];
  const { url } = await open(t, {}, async (request) => {
    const { kind, after } = request as { readonly kind: string; readonly after?: number };
    if (kind === "leases") return { result: pages[after === 0 ? 0 : 1] };
    return { result: RESERVATIONS };
  });
  const answer = await send(`${url}/v1/leases`, { token: READ });
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
  const until = { expires_at_epoch: 1767312000, expires_at_utc: "2026-01-02T00:00:00Z" };
  const never = { expires_at_epoch: 4294967295, expires_at_utc: "2106-02-07T06:28:15Z" };
  assert.deepEqual(JSON.parse(answer.text), {
    networks: {
      "10.0.0.0/24": {
        ips: [
          { type: "leased", ip: "10.0.0.1", id: "020000000001", ...until },
          { type: "probated", ip: "10.0.0.3", id: null, ...until },
          { type: "reserved", ip: "10.0.0.9", id: null, match: { chaddr: "02:00:00:00:00:09" } },
        ],
      },
      "10.0.1.0/24": { ips: [{ type: "leased", ip: "10.0.1.1", id: "01020000000001", ...never }] },
    },
  });
});

test("/v1/leases of nothing; of a database that is not there; one at a time", async (t) => {
  const { url } = await open(t, {}, asked({ leases: { result: { leases: [] } }, reservations: { result: [] } }).answer);
  assert.deepEqual(JSON.parse((await send(`${url}/v1/leases`, { token: READ })).text), { networks: {} });

  const nowhere = await open(t, {}, asked().answer, { database: join("/nowhere", "leases.db") });
  assert.equal((await send(`${nowhere.url}/v1/leases`, { token: READ })).status, 503);

  let go: (() => void) | undefined;
  const slow = await open(t, {}, async (request) => {
    if ((request as { readonly kind: string }).kind === "leases")
      await new Promise<void>((resolve) => {
        go = resolve;
      });
    return (request as { readonly kind: string }).kind === "leases" ? { result: { leases: [] } } : { result: [] };
  });
  const first = send(`${slow.url}/v1/leases`, { token: READ });
  while (go === undefined) await setImmediate();
  const second = await send(`${slow.url}/v1/leases`, { token: READ });
  assert.deepEqual([second.status, second.headers["retry-after"]], [503, "2"]);
  go();
  assert.equal((await first).status, 200);
});
