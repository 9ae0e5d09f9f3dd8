import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { hardwareKey } from "../../src/leases/client-key.ts";
import { type Lease, type LeaseState, NEVER } from "../../src/leases/lease.ts";
import { putOf } from "../support/leases.ts";
import { createFolder, exec, openStore, rowsIn, stored } from "./support.ts";

const { newPath } = createFolder();
const text = (value: string) => new TextEncoder().encode(value);

/** Written by version 0.1.0, whose format is the second: 20 rows with every column filled, in every state. */
const FORMAT_2 = fileURLToPath(new URL("files/format-2.sqlite", import.meta.url));

/** What that version wrote in row 2 * i. */
function leaseNumber(i: number): Lease {
  const chaddr = Uint8Array.of(2, 0, 0, 0, 1, i);
  const clientIdentifier = i % 3 === 0 ? undefined : Uint8Array.of(255, 0, 0, 0, i);
  return {
    address: 0x0a000000 + (i % 2) * 0x10000 + 10 + i,
    state: (1 + (i % 4)) as LeaseState,
    start: 1_700_000_000 + i,
    expiry: i % 5 === 0 ? NEVER : 1_700_003_600 + i,
    owner: {
      clientKey: clientIdentifier ?? hardwareKey(1, chaddr),
      clientIdentifier,
      htype: 1,
      chaddr,
      hostname: text(`host-${i}`),
      vendorClass: text("MSFT 5.0"),
      relayAgentInformation: Uint8Array.of(1, 2, 0x65, i, 2, 2, 9, i),
      limitKeys: Uint8Array.of(0, 2, 7, i),
    },
  };
}

const EXPECTED = new Map(Array.from({ length: 20 }, (_, i) => [2 * i, [leaseNumber(i), `10.${i % 2}.0.0/16`] as const]));

test("a database of the version before is read as it is, and keeps every lease when a server opens it", async (t) => {
  const path = newPath();
  copyFileSync(FORMAT_2, path);
  assert.deepEqual(rowsIn(path), EXPECTED);

  const { store, warnings } = openStore(t, path);
  assert.deepEqual(await stored(store), new Map([...EXPECTED].map(([row, [lease]]) => [row, lease])));
  const other = {
    ...leaseNumber(30),
    owner: { ...leaseNumber(30).owner, clientKey: hardwareKey(1, leaseNumber(30).owner.chaddr), clientIdentifier: text("not its key") },
  };
  await store.commit([putOf(60, other, "10.0.0.0/16")]);
  await store.close();
  assert.deepEqual(rowsIn(path), new Map([...EXPECTED, [60, [other, "10.0.0.0/16"]]]));
  assert.deepEqual(warnings, []);
});

test("of a client that sent an identifier of fewer than two bytes the hardware address is the key, also in a database of the version before", async (t) => {
  const path = newPath();
  copyFileSync(FORMAT_2, path);
  exec(path, "UPDATE leases SET client_identifier = x'' WHERE row = 2; UPDATE leases SET client_identifier = x'07' WHERE row = 4");
  const leases = await stored(openStore(t, path).store);
  const keys = [2, 4].map((row) => [leases.get(row)?.owner.clientKey, leases.get(row)?.owner.clientIdentifier]);
  assert.deepEqual(keys, [
    [Uint8Array.of(1, 2, 0, 0, 0, 1, 1), new Uint8Array(0)],
    [Uint8Array.of(1, 2, 0, 0, 0, 1, 2), Uint8Array.of(7)],
  ]);
});
