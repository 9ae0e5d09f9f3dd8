import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv4 } from "../../../src/net/ipv4.ts";
import { formatMac } from "../../../src/net/mac.ts";
import { readHexText } from "../../../src/wire/capture/hex-text.ts";
import type { CapturedPacket } from "../../../src/wire/capture/packet.ts";
import { createPcapWriter } from "../../../src/wire/capture/pcap.ts";
import { createPcapngWriter } from "../../../src/wire/capture/pcapng.ts";
import { createCaptureReader } from "../../../src/wire/capture/reader.ts";
import { encodePacket } from "../../../src/wire/frames/encode-packet.ts";
import type { Dhcp4Packet, Packet } from "../../../src/wire/frames/packet.ts";
import { requirePrograms } from "../../support/requirement.ts";
import { anyPacket } from "../frames/arbitrary.ts";

/*
 * The programs that everybody captures with read what we write, and we what they write.
 */

const folder = mkdtempSync(join(tmpdir(), "leasehold-capture-"));
after(() => rmSync(folder, { recursive: true }));

const SAMPLE: readonly Packet[] = fc
  .sample(anyPacket, { numRuns: 300, seed: 2131 })
  .filter(({ kind, link }) => link.kind === "ethernet" && (kind === "dhcp4" || kind === "dhcp6" || kind === "arp"));
const ETHERNET: readonly CapturedPacket[] = SAMPLE.map((packet, i) => {
  const encoded = encodePacket(packet);
  assert.ok(encoded.ok);
  const { bytes } = encoded;
  return {
    linkType: 1,
    time: 1_700_000_000_000_000_000n + BigInt(i) * 1_234_567n,
    bytes,
    originalLength: bytes.length,
    interfaceName: undefined,
  };
});

function write(name: string, ...parts: readonly Uint8Array[]): string {
  const file = join(folder, name);
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

function pcap(name: string, header: { littleEndian?: boolean; nanoseconds?: boolean }): string {
  const writer = createPcapWriter(1, header);
  return write(name, writer.header(), ...ETHERNET.map((packet) => writer.packet(packet)));
}

function pcapng(name: string, littleEndian: boolean): string {
  const writer = createPcapngWriter({ littleEndian });
  return write(name, writer.header(), ...ETHERNET.map((packet) => writer.packet({ ...packet, interfaceName: "eth0" })));
}

function read(file: string): readonly CapturedPacket[] {
  const reader = createCaptureReader();
  const { packets, problem } = reader.read(readFileSync(file));
  assert.deepEqual([problem, reader.end()], [undefined, undefined]);
  return packets;
}

/** Which fields of which packets tshark finds, checksums verified; a line for a packet. */
function tshark(file: string, ...fields: readonly string[]): readonly (readonly string[])[] {
  const checks = ["ip.check_checksum", "udp.check_checksum"].flatMap((name) => ["-o", `${name}:TRUE`]);
  const args = ["-r", file, "-n", ...checks, "-T", "fields", "-E", "occurrence=f", ...fields.flatMap((field) => ["-e", field])];
  const text = execFileSync("tshark", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t"));
}

const FILES = [
  ["pcap", () => pcap("little.pcap", {})],
  ["pcap in network order, microseconds", () => pcap("big.pcap", { littleEndian: false, nanoseconds: false })],
  ["pcapng", () => pcapng("little.pcapng", true)],
  ["pcapng in network order", () => pcapng("big.pcapng", false)],
] as const;

for (const [name, make] of FILES) {
  test(`tshark finds what we wrote as ${name}: times, lengths, and right checksums`, (t) => {
    if (!requirePrograms(t, "tshark")) return;
    const found = tshark(make(), "frame.time_epoch", "frame.len", "ip.checksum.status", "udp.checksum.status");
    const expected = ETHERNET.map(({ time = 0n, bytes }, i) => {
      const rest = name.includes("micro")
        ? `${(time % 1_000_000_000n) / 1000n}`.padStart(6, "0")
        : `${time % 1_000_000_000n}`.padStart(9, "0");
      const kind = SAMPLE[i]?.kind;
      return [Number(`${time / 1_000_000_000n}.${rest}`), `${bytes.length}`, kind === "dhcp4" ? "1" : "", kind === "arp" ? "" : "1"];
    });
    assert.deepEqual(
      found.map(([time, ...others]) => [Number(time), ...others]),
      expected,
    );
  });

  test(`tcpdump reads what we wrote as ${name}, and we what it writes of it`, (t) => {
    if (!requirePrograms(t, "tcpdump")) return;
    const file = make();
    const copy = join(folder, "copy.pcap");
    execFileSync("tcpdump", ["-r", file, "-w", copy, "--nano"], { stdio: "ignore" });
    const unit = name.includes("micro") ? 1000n : 1n;
    assert.deepEqual(
      read(copy),
      ETHERNET.map((packet) => ({ ...packet, time: packet.time && packet.time - (packet.time % unit) })),
    );
  });
}

test("tshark finds the fields of DHCPv4 that we wrote", (t) => {
  if (!requirePrograms(t, "tshark")) return;
  const fields = ["dhcp.type", "dhcp.id", "dhcp.secs", "dhcp.flags", "dhcp.ip.client", "dhcp.ip.your", "dhcp.ip.server", "dhcp.ip.relay"];
  const found = tshark(pcapng("fields.pcapng", true), "eth.src", ...fields).filter((_, i) => SAMPLE[i]?.kind === "dhcp4");
  const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}`;
  const expected = SAMPLE.filter((packet): packet is Dhcp4Packet => packet.kind === "dhcp4").map(({ link, message }) => {
    const { op, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr } = message;
    const addresses = [ciaddr, yiaddr, siaddr, giaddr].map(formatIpv4);
    return [link.kind === "ethernet" ? formatMac(link.source) : "", `${op}`, hex(xid, 8), `${secs}`, hex(flags, 4), ...addresses];
  });
  assert.ok(expected.length > 5);
  assert.deepEqual(found, expected);
});

for (const format of ["pcap", "nsecpcap", "pcapng"]) {
  test(`we read what editcap writes as ${format}, cut to 60 bytes, and what mergecap makes of two files`, (t) => {
    if (!requirePrograms(t, "editcap", "mergecap")) return;
    const file = pcapng("whole.pcapng", true);
    const cut = join(folder, `cut.${format}`);
    execFileSync("editcap", ["-F", format, "-s", "60", file, cut], { stdio: "ignore" });
    const unit = format === "pcap" ? 1000n : 1n;
    const expected = ETHERNET.map(({ bytes, originalLength, time = 0n }) => ({
      time: time - (time % unit),
      hex: toHex(bytes.subarray(0, 60)),
      originalLength,
    }));
    const plain = ({ bytes, originalLength, time }: CapturedPacket): object => ({ time, hex: toHex(bytes), originalLength });
    assert.deepEqual(read(cut).map(plain), expected);

    const merged = join(folder, `merged.${format}`);
    execFileSync("mergecap", ["-F", format, "-a", "-w", merged, cut, cut], { stdio: "ignore" });
    assert.deepEqual(read(merged).map(plain), [...expected, ...expected]);
  });
}

test("we read what tcpdump prints with -xx and -XX, and tshark with -x", (t) => {
  if (!requirePrograms(t, "tcpdump", "tshark")) return;
  // Of what it does not understand, tcpdump prints bytes twice.
  const packets = ETHERNET.filter((_, i) => SAMPLE[i]?.kind === "dhcp4");
  const writer = createPcapWriter(1);
  const file = write("print.pcap", writer.header(), ...packets.map((packet) => writer.packet(packet)));
  for (const [program, ...args] of [
    ["tcpdump", "-q", "-xx"],
    ["tcpdump", "-q", "-XX"],
    ["tshark", "-x"],
  ] as const) {
    const { stdout } = spawnSync(program, ["-n", "-r", file, ...args], { encoding: "utf8", maxBuffer: 1 << 26 });
    const found = readHexText(stdout);
    for (const [i, { bytes }] of packets.entries()) {
      const item = found[i];
      assert.equal(item?.kind === "packet" ? toHex(item.bytes) : item?.text, toHex(bytes), `${program} ${args.join(" ")}, packet ${i}`);
    }
    assert.equal(found.length, packets.length);
  }
});
