import assert from "node:assert/strict";
import { test } from "node:test";
import { createDhcpClient } from "../support/dhcp-client.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { createClientPlace, createPair } from "./labs.ts";

const macOf = (number: number): string => `02:00:5e:50:00:0${number}`;

test("an interface that goes away and comes back with another index ends the service", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "udhcpc")) return;
  const { lab, server, client } = createPair(t, macOf(1));
  const leasehold = await startLeasehold(
    t,
    lab,
    server,
    `
    interfaces: [eth0]
    networks:
      10.77.0.0/24:
        options: { routers: 10.77.0.1 }
        ranges: [{ range: 10.77.0.100-10.77.0.199 }]
        allocation: sequential
    `,
  );
  const before = createDhcpClient(t, lab, client, { program: "udhcpc" });
  before.start();
  assert.equal((await before.next("BOUND")).address, "10.77.0.100");

  lab.exec(server, "ip", "link", "delete", "eth0");
  await leasehold.line(/no longer serving eth0/);
  const place = createClientPlace(lab, "again", server, "eth0", macOf(2));
  lab.exec(server, "ip", "address", "add", "10.77.0.1/24", "dev", "eth0");
  await leasehold.line(/now serving eth0/);
  const after = createDhcpClient(t, lab, place, { program: "udhcpc" });
  after.start();
  assert.equal((await after.next("BOUND")).address, "10.77.0.101");
  await leasehold.stop();
});
