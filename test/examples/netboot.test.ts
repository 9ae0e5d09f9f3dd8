import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { printConfig } from "../../src/config/print.ts";
import { toHex } from "../../src/net/bytes.ts";
import { formatIpv4 } from "../../src/net/ipv4.ts";
import { MessageType, type Option } from "../../src/wire/dhcp4/message.ts";
import { load } from "../config/load.ts";
import { type MessageSpec, message } from "../engine/support/messages.ts";
import { ETH0, serverOf } from "../engine/support/server.ts";

/* What examples/netboot.yaml does for each kind of machine, with the options that their firmware sends. */

const TEXT = readFileSync(new URL("../../examples/netboot.yaml", import.meta.url), "utf8");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const UUID = Uint8Array.of(0, ...Array.from({ length: 16 }, (_, i) => i));

/** The options of a network boot client of an architecture. */
function firmware(kind: "PXEClient" | "HTTPClient", ...architectures: readonly number[]): readonly Option[] {
  const arch = String(architectures[0]).padStart(5, "0");
  return [
    { code: 60, data: bytes(`${kind}:Arch:${arch}:UNDI:003016`) },
    { code: 93, data: Uint8Array.from(architectures.flatMap((code) => [code >>> 8, code & 255])) },
    { code: 94, data: Uint8Array.of(1, 3, 16) },
    { code: 97, data: UUID },
  ];
}

const ipxe: Option = { code: 77, data: bytes("iPXE") };
const ipxeFeatures: Option = { code: 175, data: Uint8Array.of(0xb1, 1, 1) };
const SCRIPT = "http://10.40.0.5/menu.ipxe";

/** The boot file, siaddr, option 60 and 97 of an OFFER; the same must be in the ACK. */
function bootOf(spec: MessageSpec): readonly (string | undefined)[] {
  const server = serverOf(load(TEXT));
  const prl = [1, 3, 6, 12, 43, 54, 60, 66, 67, 97, 128, 129];
  const answers = [MessageType.DISCOVER, MessageType.REQUEST].map((type) => {
    const decision = server.decide(message(type, { prl, giaddr: "10.40.0.1", requested: "10.40.0.150", ...spec }), { interface: ETH0 });
    if (decision.kind !== "reply") return [decision.kind];
    const { file, siaddr, options } = decision.message;
    const option = (code: number): Uint8Array | undefined => options.find((one) => one.code === code)?.data;
    const vendorClass = option(60);
    const machine = option(97);
    return [
      new TextDecoder().decode(file),
      formatIpv4(siaddr),
      vendorClass && new TextDecoder().decode(vendorClass),
      machine && toHex(machine),
    ];
  });
  assert.deepEqual(answers[1], answers[0]);
  return answers[0] ?? [];
}

describe("examples/netboot.yaml", () => {
  const machine = toHex(UUID);
  const cases: readonly [what: string, spec: MessageSpec, expected: readonly (string | undefined)[]][] = [
    ["BIOS", { more: firmware("PXEClient", 0) }, ["undionly.kpxe", "10.40.0.5", undefined, machine]],
    ["UEFI x64", { more: firmware("PXEClient", 7) }, ["x64/ipxe.efi", "10.40.0.5", undefined, machine]],
    ["UEFI x64 that calls itself 9", { more: firmware("PXEClient", 9) }, ["x64/ipxe.efi", "10.40.0.5", undefined, machine]],
    ["UEFI x64 with a list of architectures", { more: firmware("PXEClient", 7, 6) }, ["x64/ipxe.efi", "10.40.0.5", undefined, machine]],
    ["UEFI ARM64", { more: firmware("PXEClient", 11) }, ["arm64/ipxe.efi", "10.40.0.5", undefined, machine]],
    ["UEFI HTTP boot x64", { more: firmware("HTTPClient", 16) }, ["http://10.40.0.5/x64/ipxe.efi", "10.40.0.5", "HTTPClient", machine]],
    ["UEFI HTTP boot ARM64", { more: firmware("HTTPClient", 19) }, ["http://10.40.0.5/arm64/ipxe.efi", "10.40.0.5", "HTTPClient", machine]],
    ["iPXE on BIOS", { more: [...firmware("PXEClient", 0), ipxe, ipxeFeatures] }, [SCRIPT, "10.40.0.5", undefined, machine]],
    ["iPXE on UEFI", { more: [...firmware("PXEClient", 7), ipxe] }, [SCRIPT, "10.40.0.5", undefined, machine]],
    ["iPXE without a user class", { more: [...firmware("PXEClient", 7), ipxeFeatures] }, [SCRIPT, "10.40.0.5", undefined, machine]],
    ["an operating system", {}, ["", "10.40.0.5", undefined, undefined]],
    ["firmware of an unknown kind", { more: firmware("PXEClient", 27) }, ["", "10.40.0.5", undefined, machine]],
    [
      "the reserved machine",
      { mac: "02:40:00:00:00:20", requested: "10.40.0.20", more: firmware("PXEClient", 7) },
      ["kiosk.efi", "10.40.0.5", undefined, machine],
    ],
  ];
  test("prints to a configuration that does the same", () => {
    const printed = printConfig(load(TEXT));
    assert.equal(printConfig(load(printed)), printed);
  });
  for (const [what, spec, expected] of cases) test(what, () => assert.deepEqual(bootOf(spec), expected));
});
