import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { buildPlayground } from "../../docs/playground/build.ts";
import { toHex } from "../../src/net/bytes.ts";
import { createPcapngWriter } from "../../src/wire/capture/pcapng.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { encodePacket } from "../../src/wire/frames/encode-packet.ts";
import { startChromium } from "../support/chromium.ts";
import { message, option } from "../wire/dhcp4/arbitrary.ts";

/* The playground as somebody has it who opens the file: no server, no network. */

const CONFIGURATION = "networks:\n  10.0.0.0/24:\n    ranges: [{ range: 10.0.0.10-10.0.0.11 }]\n";
const DISCOVER = message([option(53, 1)]);
const REQUEST = message([option(53, 3), option(50, 10, 0, 0, 11), option(54, 10, 0, 0, 1)]);

test("the playground decodes and decides what is typed, and tells what is wrong with it", async (t) => {
  const browser = await startChromium(t);
  if (browser === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "leasehold-playground-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "playground.html");
  writeFileSync(file, await buildPlayground());

  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
  page.on("console", (said) => {
    if (said.type() === "error" || said.type() === "warning") errors.push(said.text());
  });
  page.on("request", (request) => {
    if (!/^(?:file|blob|data):/.test(request.url())) errors.push(`asked for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);

  const packets = page.getByLabel("Packets");
  const configuration = page.getByLabel("Configuration");
  const leases = page.getByLabel("Leases", { exact: true });
  const ipv4 = page.getByLabel("IPv4 address");
  const results = page.locator("#results > li");
  const outcomes = page.locator(".outcome");
  /** Of an element that comes a moment after the last key. */
  const eventually = (selector: string, text: string): Promise<void> =>
    page.locator(selector, { hasText: text }).first().waitFor({ timeout: 20_000 });

  await t.test("its examples are answered", async () => {
    assert.deepEqual(await outcomes.allTextContents(), ["Reply to 192.168.5.68:68", "Reply to [fe80::5054:ff:fe00:1]:546"]);
    assert.match(
      (await results.nth(0).locator(".reply").textContent()) ?? "",
      /^DHCPOFFER reply, xid 0x1f2e3d4c\n[\s\S]*yiaddr 192\.168\.5\.68\n/,
    );
    assert.match((await results.nth(1).locator(".reply").textContent()) ?? "", /^ADVERTISE, transaction 0x5a5a5a\n/);
  });

  await t.test("what is typed is decoded, decided in order with the leases, and every rule is told", async () => {
    await configuration.fill(CONFIGURATION);
    await leases.fill("10.0.0.10 52:54:00:00:00:99 bound 600\n");
    await ipv4.fill("10.0.0.1/24");
    await packets.fill("");
    await packets.pressSequentially("010");
    await eventually(".packet.error", "an odd number of hex digits");
    await packets.fill(`${toHex(encodeMessage(DISCOVER))}\n\n${toHex(encodeMessage(REQUEST))}\n`);
    await eventually(".reply", "DHCPACK");
    assert.equal(await results.count(), 2);
    assert.match((await results.nth(0).locator(".packet").textContent()) ?? "", /^DHCPDISCOVER request, xid 0xdeadbeef\n/);
    assert.match((await results.nth(0).locator(".reply").textContent()) ?? "", /^DHCPOFFER [\s\S]*yiaddr 10\.0\.0\.11\n/);
    assert.match((await results.nth(1).locator(".reply").textContent()) ?? "", /^DHCPACK [\s\S]*yiaddr 10\.0\.0\.11\n/);
    const rules = await results.nth(0).locator(".trace th").allTextContents();
    assert.deepEqual(
      rules.filter((rule) => ["client", "network", "address", "reply"].includes(rule)),
      ["client", "network", "address", "reply"],
    );
    assert.match(
      (await page.locator("#afterwards").textContent()) ?? "",
      /^10\.0\.0\.10 52:54:00:00:00:99 bound 600\n10\.0\.0\.11 02:00:00:00:00:10 bound \d+$/,
    );
  });

  await t.test("the leases of afterwards can be gone on with, and a silence has its reason", async () => {
    await page.getByRole("button", { name: "Go on with these leases" }).click();
    assert.match(await leases.inputValue(), /10\.0\.0\.11 02:00:00:00:00:10 bound \d+/);
    await packets.fill(toHex(encodeMessage({ ...DISCOVER, chaddr: Uint8Array.of(2, 0, 0, 0, 0, 0x77) })));
    await eventually(".outcome", "Silence: every address that this client could get is in use");
  });

  await t.test("problems of the configuration are told with line and column, and lead there", async () => {
    await configuration.fill(CONFIGURATION.replace("ranges", "rangs"));
    await eventually("#configuration-problems li", 'unknown key "rangs" (did you mean "ranges"?)');
    const place = page.locator("#configuration-problems button");
    assert.equal(await place.textContent(), "3:5");
    assert.equal(await outcomes.count(), 0);
    await place.click();
    assert.deepEqual(
      await configuration.evaluate((area: { selectionStart: number }) => area.selectionStart),
      CONFIGURATION.indexOf("ranges"),
    );
    await configuration.fill(CONFIGURATION);
    await eventually(".outcome", "Silence");
  });

  await t.test("so are problems of packets, leases and the interface", async () => {
    await packets.fill("010\n\n0102030405\n");
    await eventually(".packet.error", "an odd number of hex digits");
    assert.equal(await page.locator(".packet.error").count(), 1 + (await page.locator(".packet.error", { hasText: "link" }).count()));
    await leases.fill("10.0.0.10\n10.0.0.11 nobody\n");
    await eventually("#leases-problems li", "write the address, then the client");
    assert.equal(await page.locator("#leases-problems li").count(), 2);
    await ipv4.fill("10.0.0");
    await eventually("#interface-problems li", '"10.0.0" is no IPv4 address');
    await ipv4.fill("10.0.0.1/24");
    await leases.fill("");
  });

  await t.test("a capture, compressed, is taken as a file", async () => {
    const writer = createPcapngWriter();
    const link = { kind: "ethernet", destination: new Uint8Array(6).fill(255), source: DISCOVER.chaddr, vlans: [] } as const;
    const ip = {
      version: 4,
      source: 0,
      destination: 0xffffffff,
      trafficClass: 0,
      identification: 0,
      dontFragment: true,
      hopLimit: 64,
      options: new Uint8Array(0),
    } as const;
    const pieces = [
      encodePacket({ kind: "dhcp4", link, ip, udp: { sourcePort: 68, destinationPort: 67 }, message: DISCOVER }),
      encodePacket({ kind: "udp", link, ip, udp: { sourcePort: 7, destinationPort: 7 }, payload: new Uint8Array(3) }),
    ].map((encoded) => {
      assert.ok(encoded.ok);
      return writer.packet({ linkType: 1, time: 0n, bytes: encoded.bytes, originalLength: encoded.bytes.length, interfaceName: "eth0" });
    });
    const buffer = gzipSync(Buffer.concat([writer.header(), ...pieces]));
    await page.getByLabel("Capture or text").setInputFiles({ name: "dhcp.pcapng.gz", mimeType: "application/gzip", buffer });
    await eventually("#file-status", "1 packets of DHCP, 1 others left out");
    await eventually(".reply", "DHCPOFFER");
    assert.match(
      (await results.nth(0).locator(".packet").textContent()) ?? "",
      /^02:00:00:00:00:10 > ff:ff:ff:ff:ff:ff, 0\.0\.0\.0:68 > 255\.255\.255\.255:67\nDHCPDISCOVER/,
    );
  });

  await t.test("every control has a name, and nothing went wrong or over the network", async () => {
    const nameless = await page
      .locator("textarea, input")
      .evaluateAll((controls: readonly { id: string; labels: { length: number } }[]) =>
        controls.filter(({ labels }) => labels.length === 0).map(({ id }) => id),
      );
    assert.deepEqual(nameless, []);
    assert.deepEqual(errors, []);
  });
});
