import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { formatIpv4 } from "../../src/net/ipv4.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import { optionValue } from "../../src/wire/dhcp4/options.ts";
import { MAIN, newFolder, newPlace } from "../support/loopback-server.ts";
import { type Program, watch } from "../support/namespaces.ts";
import { type Client4, type Client6, openClient4, openClient6 } from "../support/small-client.ts";

/* The examples of hooks, served and asked as docs/how-to/hooks.md says. */

interface Serving {
  readonly program: Program;
  readonly client: Client4;
  readonly client6: Client6;
}

async function serve(t: TestContext, example: string): Promise<Serving> {
  const place = newPlace();
  const file = fileURLToPath(new URL(`../../examples/hooks/${example}`, import.meta.url));
  const at = ["--v4-addr", `${place.address}:${place.port}`, "--v6-addr", `[::1]:${place.port6}`];
  const args = [MAIN, "serve", "-c", file, "-d", join(newFolder(t), "leases.db"), ...at];
  const program = watch(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] }));
  t.after(() => program.end());
  await program.line(/leases: SQLite/, 30_000);
  const client = await openClient4(t, place.address, place.port, "192.168.5.1");
  return { program, client, client6: await openClient6(t, "::1", place.port6, "2001:db8:5::1") };
}

/** Ends it when all of it has begun, so that it says what it has counted. */
async function stop(program: Program): Promise<void> {
  await program.line(/HTTP API/, 30_000);
  assert.equal(await program.end("SIGTERM"), 0);
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const addressOf = (message: Message | undefined): string => (message === undefined ? "none" : formatIpv4(message.yiaddr));

function textIn(message: Message | undefined, code: number): string | undefined {
  const data = message && optionValue(message, code);
  return data && new TextDecoder().decode(data);
}

describe("the examples of hooks", () => {
  test("vendor-by-oui.config.ts tells clients apart by who made their network card", async (t) => {
    const { client } = await serve(t, "vendor-by-oui.config.ts");
    const wants = [42, 66];
    const qemu = await client.discover({ mac: "52:54:00:00:00:01", wants });
    assert.match(addressOf(qemu), /^192\.168\.5\.[1-9]\d$/);
    assert.deepEqual(qemu && optionValue(qemu, 42), Uint8Array.of(192, 168, 5, 2));
    const pi = await client.discover({ mac: "b8:27:eb:00:00:01", wants });
    assert.match(addressOf(pi), /^192\.168\.5\.1\d\d$/);
    assert.equal(textIn(pi, 66), "boot.example");
    const other = await client.discover({ mac: "02:00:00:00:00:01", wants });
    assert.match(addressOf(other), /^192\.168\.5\.1\d\d$/);
    assert.equal(textIn(other, 66), undefined);
  });

  test("name-veto.config.ts does not answer who takes the name of another, by either protocol", async (t) => {
    const { client, client6, program } = await serve(t, "name-veto.config.ts");
    const [OWNER, STRANGER] = ["02:00:00:00:00:0a", "02:00:00:00:00:01"];
    const named = (name: string) => [{ code: 12, data: text(name) }];
    assert.ok(await client.discover({ mac: OWNER, options: named("printer") }));
    assert.equal(await client.discover({ mac: STRANGER, options: named("Printer.example"), once: true }), undefined);
    assert.ok(await client.discover({ mac: STRANGER, options: named("pc") }));
    // Flags, and the name as a label.
    const fqdn = [{ code: 39, data: Uint8Array.of(0, 7, ...text("printer")) }];
    assert.ok(await client6.solicit({ mac: OWNER, options: fqdn }));
    assert.equal(await client6.solicit({ mac: STRANGER, options: fqdn, once: true }), undefined);
    await stop(program);
    assert.equal(program.output().match(/"silent: refused-by-hook"=1/g)?.length, 2);
  });

  test("customer-limit.config.ts gives each customer so many leases as the file says", async (t) => {
    const { client, program } = await serve(t, "customer-limit.config.ts");
    const given: boolean[] = [];
    for (const last of [1, 2, 3, 4, 5, 9]) {
      const ack = await client.bind({ mac: `02:00:00:00:00:0${last}`, once: [3, 5, 9].includes(last) });
      given.push(ack !== undefined);
    }
    assert.deepEqual(given, [true, true, false, true, false, false]);
    await stop(program);
    assert.match(program.output(), /"silent: limit-reached"=2/);
  });
});
