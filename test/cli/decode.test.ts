import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { gzipSync } from "node:zlib";
import { decodeInput, type Output, type Wanted } from "../../src/cli/decode/decode-input.ts";
import { toHex } from "../../src/net/bytes.ts";
import { parseIpv6 } from "../../src/net/ipv6.ts";
import type { CapturedPacket } from "../../src/wire/capture/packet.ts";
import { createPcapWriter } from "../../src/wire/capture/pcap.ts";
import { createPcapngWriter } from "../../src/wire/capture/pcapng.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { encodePacket } from "../../src/wire/frames/encode-packet.ts";
import { PACKET_PROBLEM_TEXT, type Packet } from "../../src/wire/frames/packet.ts";
import { type Ended, MAIN } from "../support/run-leasehold.ts";
import { message as dhcp4Message, option } from "../wire/dhcp4/arbitrary.ts";
import { message as dhcp6Message } from "../wire/dhcp6/arbitrary.ts";

const folder = mkdtempSync(join(tmpdir(), "leasehold-decode-"));
after(() => rmSync(folder, { recursive: true }));

/** The program with this on its standard input. */
function run(input: string | Uint8Array, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, "decode", ...args], { timeout: 30_000, maxBuffer: 1 << 26 }, (_, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr });
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/** The same without a process of its own, in pieces of 100 bytes. */
async function decode(input: string | Uint8Array, wanted: Partial<Wanted> = {}): Promise<Ended> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 100) yield bytes.slice(at, at + 100);
  };
  let [stdout, stderr] = ["", ""];
  const output: Output = {
    write: async (text) => {
      stdout += stripVTControlCharacters(text);
    },
    report: (text) => {
      stderr += `${text}\n`;
    },
  };
  const status = await decodeInput(pieces(), { dhcp4: false, dhcp6: false, ports: [], json: false, ...wanted }, output);
  return { status, stdout, stderr };
}

const LINK = { kind: "ethernet", destination: new Uint8Array(6).fill(255), source: Uint8Array.of(2, 0, 0, 0, 0, 0x10), vlans: [] } as const;
const IPV4 = {
  version: 4,
  source: 0,
  destination: 0xffffffff,
  trafficClass: 0,
  identification: 0,
  dontFragment: true,
  hopLimit: 64,
  options: new Uint8Array(0),
} as const;
const DISCOVER: Packet = {
  kind: "dhcp4",
  link: { ...LINK, vlans: [{ type: 0x8100, priority: 0, dropEligible: false, id: 5 }] },
  ip: IPV4,
  udp: { sourcePort: 68, destinationPort: 67 },
  message: dhcp4Message([option(53, 1), option(51, 1)]),
};
const ipv6 = (text: string): Uint8Array => parseIpv6(text) ?? assert.fail(text);
const SOLICIT: Packet = {
  kind: "dhcp6",
  link: LINK,
  ip: { version: 6, source: ipv6("fe80::10"), destination: ipv6("ff02::1:2"), trafficClass: 0, flowLabel: 0, hopLimit: 1, extensions: [] },
  udp: { sourcePort: 546, destinationPort: 547 },
  message: dhcp6Message([{ code: 8, data: Uint8Array.of(0, 100) }]),
};
const ARP: Packet = {
  kind: "arp",
  link: LINK,
  arp: {
    operation: 1,
    senderHardwareAddress: LINK.source,
    senderAddress: 0x0a000001,
    targetHardwareAddress: new Uint8Array(6),
    targetAddress: 0x0a000005,
  },
};

function bytesOf(packet: Packet): Uint8Array {
  const encoded = encodePacket(packet);
  assert.ok(encoded.ok);
  return encoded.bytes;
}

/** A second after each other. */
function captured(...packets: readonly Uint8Array[]): readonly CapturedPacket[] {
  return packets.map((bytes, i) => ({
    linkType: 1,
    time: 1_700_000_000_123_456_789n + BigInt(i) * 1_000_000_000n,
    bytes,
    originalLength: bytes.length,
    interfaceName: "eth0",
  }));
}

function pcapng(packets: readonly CapturedPacket[]): Uint8Array {
  const writer = createPcapngWriter();
  return Buffer.concat([writer.header(), ...packets.map((packet) => writer.packet(packet))]);
}

function pcap(packets: readonly CapturedPacket[]): Uint8Array {
  const writer = createPcapWriter(1);
  return Buffer.concat([writer.header(), ...packets.map((packet) => writer.packet(packet))]);
}

const THREE = captured(bytesOf(DISCOVER), bytesOf(SOLICIT), bytesOf(ARP));
const SHOWN_DISCOVER = `02:00:00:00:00:10 > ff:ff:ff:ff:ff:ff, VLAN 5, 0.0.0.0:68 > 255.255.255.255:67
DHCPDISCOVER request, xid 0xdeadbeef
  chaddr 02:00:00:00:00:10
  option 53 message_type: 1 (DISCOVER)
  option 51 lease_time: 0x01 (needs 4 bytes where 1 are left)
`;
const SHOWN_SOLICIT = `02:00:00:00:00:10 > ff:ff:ff:ff:ff:ff, [fe80::10]:546 > [ff02::1:2]:547
SOLICIT, transaction 0xabcdef
  option 8 elapsed_time: 100
`;
const SHOWN_ARP = `02:00:00:00:00:10 > ff:ff:ff:ff:ff:ff
ARP request: who has 10.0.0.5? from 10.0.0.1, 02:00:00:00:00:10
`;

describe("leasehold decode", () => {
  test("shows each packet of a capture with its time, interface, addresses, options and what is wrong with them", async () => {
    assert.deepEqual(await decode(pcapng(THREE)), {
      status: 0,
      stdout: [
        `2023-11-14T22:13:20.123456789Z eth0 ${SHOWN_DISCOVER}\n`,
        `2023-11-14T22:13:21.123456789Z eth0 ${SHOWN_SOLICIT}\n`,
        `2023-11-14T22:13:22.123456789Z eth0 ${SHOWN_ARP}\n`,
      ].join(""),
      stderr: "",
    });
  });

  test("takes a file, compressed or not, and shows one protocol where asked", async () => {
    const bytes = gzipSync(pcap(THREE));
    const CASES: readonly (readonly [wanted: Partial<Wanted>, shown: readonly string[]])[] = [
      [{}, ["DISCOVER", "SOLICIT", "ARP"]],
      [{ dhcp4: true }, ["DISCOVER"]],
      [{ dhcp6: true }, ["SOLICIT"]],
      [{ dhcp4: true, dhcp6: true }, ["DISCOVER", "SOLICIT"]],
    ];
    for (const [wanted, shown] of CASES) {
      const { status, stdout, stderr } = await decode(bytes, wanted);
      assert.deepEqual([status, stderr, stdout.match(/DISCOVER(?= request)|SOLICIT|ARP/g)], [0, "", shown], JSON.stringify(wanted));
    }
    const file = join(folder, "dhcp.pcap.gz");
    writeFileSync(file, bytes);
    assert.deepEqual(await run("", "-6", file), await decode(bytes, { dhcp6: true }));
    assert.deepEqual(await run(bytes, "--json", "-4"), await decode(bytes, { json: true, dhcp4: true }));
  });

  test("takes text with hex, and the bytes of a message, and guesses what they are", async () => {
    const discover = bytesOf(DISCOVER);
    const message = encodeMessage(dhcp4Message([option(53, 1)]));
    const CASES: readonly (readonly [name: string, input: string | Uint8Array, wanted: Partial<Wanted>, title: RegExp])[] = [
      ["a frame in hex", toHex(discover), {}, /^line 1 02:00.*\nDHCPDISCOVER/],
      ["an IP packet in hex", toHex(discover.subarray(18)), {}, /^line 1 0\.0\.0\.0:68 > .*\nDHCPDISCOVER/],
      ["a message in hex", `\n${toHex(message)}`, {}, /^line 2\nDHCPDISCOVER/],
      ["a line of a log", `debug: received ${toHex(message)} from eth0`, {}, /^line 1\nDHCPDISCOVER/],
      ["the bytes of a message", message, {}, /^DHCPDISCOVER/],
      ["the bytes of a frame", discover, {}, /^02:00.*\nDHCPDISCOVER/],
      ["a DHCPv6 message", "01abcdef 0008 0002 0064", {}, /^line 1\nSOLICIT/],
      ["what could be either", "01".repeat(240), { dhcp4: true }, /^line 1\nBOOTP request/],
      ["the same", "01".repeat(240), { dhcp6: true }, /^line 1\nSOLICIT/],
      [
        "another port",
        toHex(bytesOf({ ...DISCOVER, udp: { sourcePort: 6768, destinationPort: 6767 } })),
        { ports: [6767] },
        /DHCPDISCOVER/,
      ],
    ];
    for (const [name, input, wanted, title] of CASES) {
      const { status, stdout, stderr } = await decode(input, wanted);
      assert.deepEqual([status, stderr], [0, ""], name);
      assert.match(stdout, title, name);
    }
  });

  test("a wrong checksum is told, and the packet is shown", async () => {
    const bytes = bytesOf(DISCOVER);
    const { status, stdout } = await decode(pcap(captured(bytes.with(45, (bytes[45] as number) ^ 1))));
    assert.equal(status, 0);
    assert.match(stdout, /DHCPDISCOVER[\s\S]*! the checksum of UDP is wrong.*at byte 44\n\n$/);
  });

  test("what can't be decoded is told, with status 1, and the rest is shown", async () => {
    const short = THREE.map((packet) => ({ ...packet, bytes: packet.bytes.subarray(0, 68) }));
    const { status, stdout, stderr } = await decode(Buffer.concat([pcap(short), Uint8Array.of(1)]));
    assert.equal(status, 1);
    assert.match(
      stdout,
      /not decoded: ipv4: the packet ends before what its headers promise.*, at byte 68\n {2}only 68 of 346 bytes were kept\n/,
    );
    assert.match(stdout, /who has 10\.0\.0\.5/);
    assert.equal(stderr, "it ends within a packet, at byte 251\n");
  });

  test("JSON has a line for each packet", async () => {
    const { status, stdout } = await decode(pcapng(captured(bytesOf(DISCOVER), bytesOf(ARP), Uint8Array.of(1, 2))), { json: true });
    assert.equal(status, 1);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const { message, ...rest } = lines[0] as { message: { type: string; options: unknown } };
    assert.deepEqual(rest, {
      number: 1,
      time: "2023-11-14T22:13:20.123456789Z",
      interface: "eth0",
      length: 346,
      kind: "dhcp4",
      link: { kind: "ethernet", source: "02:00:00:00:00:10", destination: "ff:ff:ff:ff:ff:ff", vlans: [5] },
      ip: { version: 4, source: "0.0.0.0", destination: "255.255.255.255", hopLimit: 64 },
      udp: { sourcePort: 68, destinationPort: 67 },
      problems: [],
    });
    assert.equal(message.type, "DISCOVER");
    assert.deepEqual(message.options, [
      { code: 53, name: "message_type", value: 1, hex: "01" },
      { code: 51, name: "lease_time", hex: "01" },
    ]);
    assert.equal(lines[1]?.kind, "arp");
    assert.deepEqual(lines[2], {
      number: 3,
      time: "2023-11-14T22:13:22.123456789Z",
      interface: "eth0",
      length: 2,
      kind: "error",
      error: { layer: "link", reason: "truncated", text: PACKET_PROBLEM_TEXT.truncated, offset: 2 },
      hex: "0102",
    });
  });

  const WRONG: readonly (readonly [name: string, input: string | Uint8Array, reason: string])[] = [
    ["nothing", "", "it is empty"],
    ["text without hex", "hello\n", "there is neither a capture nor hex of a packet in it"],
    ["half a byte", "010\n", "line 1: an odd number of hex digits"],
    ["too much", new Uint8Array(70_000), "it is neither a capture nor text, and longer than any message: 65536 bytes"],
    ["an endless line", "x".repeat(1_100_000), "a line of more than 1048576 characters"],
    ["damaged gzip", Uint8Array.of(0x1f, 0x8b, 1, 2, 3), "it is compressed, and can't be unpacked, at byte 0"],
  ];
  for (const [name, input, reason] of WRONG) {
    test(`${name}: ${reason}`, async () => {
      const { status, stderr } = await decode(input);
      assert.deepEqual([status, stderr], [1, `${reason}\n`]);
    });
  }

  const CANNOT: readonly (readonly [name: string, args: readonly string[], status: number, stderr: RegExp])[] = [
    ["nothing", [], 1, /^leasehold: standard input: it is empty\n$/],
    ["a file that is not there", [join(folder, "none")], 2, /^leasehold: .*none can't be read: there is no such file\n$/],
    ["a folder", [folder], 2, /^leasehold: .* can't be read: it is a folder\n$/],
    ["port 0", ["--port", "0"], 2, /--port 0: a whole number from 1 to 65535/],
  ];
  for (const [name, args, status, stderr] of CANNOT) {
    test(`${name}: status ${status}, with the reason`, async () => {
      const ended = await run("", ...args);
      assert.equal(ended.status, status);
      assert.match(ended.stderr, stderr);
    });
  }
});
