/** What boot ROMs, boot loaders and then the operating system of a machine ask for, and get (RFC 4578, the PXE and UEFI specifications). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClientSettings, discover, requestSelecting } from "../../src/client/dhcp4/index.ts";
import { toHex } from "../../src/net/bytes.ts";
import { BROADCAST_FLAG, type Option } from "../../src/wire/dhcp4/index.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces } from "../support/requirement.ts";
import { ACK, clientOf, createWire, leaseOptions, OFFER, row, rows, textOption, transaction, u32, vendorClass, type Wire } from "./wire.ts";

const SCRIPT = "http://10.70.1.9/boot.ipxe";
const IMAGE = "http://10.70.1.9/efi/shim.efi";

const CONFIG = `
  next_server: 10.70.1.9
  config: { lease_time: 1h }
  client_classes:
    v4:
      # iPXE calls itself a PXE client too: the first class that has a boot file decides.
      - { name: ipxe, assert: "option[77].hex == 'iPXE'", file_name: "${SCRIPT}", options: { bootfile_name: "${SCRIPT}" } }
      - name: http
        assert: "substring(option[60].hex, 0, 10) == 'HTTPClient' and option[93].hex == 0x0010"
        options: { vendor_class_identifier: { value: HTTPClient, always: true }, bootfile_name: "${IMAGE}" }
      - { name: pxe, assert: "substring(option[60].hex, 0, 9) == 'PXEClient'", config: { lease_time: 10m }, options: { tftp_server_name: tftp.example } }
      - { name: bios, assert: "member('pxe') and option[93].hex == 0x0000", file_name: undionly.kpxe, options: { bootfile_name: undionly.kpxe } }
      - { name: x64, assert: "member('pxe') and (option[93].hex == 0x0007 or option[93].hex == 0x0009)", file_name: ipxe.efi, options: { bootfile_name: ipxe.efi } }
      - { name: arm64, assert: "member('pxe') and option[93].hex == 0x000b", file_name: arm64/ipxe.efi, options: { bootfile_name: arm64/ipxe.efi } }
  networks:
    10.70.1.0/24:
      options: { routers: 10.70.1.254 }
      ranges: [{ range: 10.70.1.100-10.70.1.199 }]
      allocation: sequential
      reservations: [{ ip: 10.70.1.20, match: { chaddr: "02:00:5e:71:00:14" }, hostname: rack7 }]
`;

const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);
/** The machine's UUID as options 61 and 97 have it: type 0, then 16 bytes. */
const uuidOf = (machine: number): Uint8Array => Uint8Array.of(0, ...Buffer.from("564d9a2f3c1e4b7d8a6f0011223344", "hex"), machine);

/** A boot ROM: PXE, or HTTP boot of UEFI. It can't take unicast, and is known by the UUID of its machine. */
function romOf(machine: number, architecture: number, kind = "PXEClient"): ClientSettings {
  const options: Option[] = [
    { code: 57, data: u16(1472) },
    { code: 97, data: uuidOf(machine) },
    { code: 94, data: Uint8Array.of(1, 3, 16) },
    { code: 93, data: u16(architecture) },
    vendorClass(`${kind}:Arch:${String(architecture).padStart(5, "0")}:UNDI:003016`),
  ];
  const parameterRequestList = [1, 2, 3, 6, 12, 15, 17, 43, 54, 60, 66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135];
  return clientOf(machine, { clientIdentifier: uuidOf(machine), broadcast: true, parameterRequestList, options });
}

/** iPXE on the same machine, known by its hardware address. */
function ipxeOf(machine: number, architecture: number): ClientSettings {
  const { options } = romOf(machine, architecture);
  const userClass = { code: 77, data: Buffer.from("iPXE") };
  const encapsulated = { code: 175, data: Uint8Array.of(0xb1, 5, 1, 0x80, 0x86, 0x10, 0x0e) };
  const parameterRequestList = [1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203];
  return clientOf(machine, { parameterRequestList, options: [...options, userClass, encapsulated] });
}

/** The operating system on the same machine, with an IAID and a DUID (RFC 4361). */
function systemOf(machine: number): ClientSettings {
  return clientOf(machine, { clientIdentifier: Uint8Array.of(255, 0, 0, 0, 1, 0, 2, 0, 0, 0xab, 0x11, 1, 2, 3, 4, 5, 6, 7, machine) });
}

interface Given {
  readonly host: number;
  readonly time: number;
  readonly file?: string;
  readonly siaddr?: number;
  readonly settings: string[];
}

/** DISCOVER, OFFER, REQUEST, ACK, with siaddr and the boot file in all answers. */
async function boot(wire: Wire, client: ClientSettings, { host, time, file = "", settings }: Given): Promise<string> {
  const yiaddr = wire.at(host);
  // The identifier of the machine comes back as it was sent (RFC 4578 section 2.3).
  const machine = client.options.filter(({ code }) => code === 97).map(({ data }) => `97 ${toHex(data)}`);
  const changes = { time, settings: [...settings, ...machine] };
  const header = { flags: client.broadcast ? BROADCAST_FLAG : 0, yiaddr, siaddr: wire.at(9), file };
  await wire.expectReply(discover(client, transaction()), { ...header, options: leaseOptions(wire, client, OFFER, changes) });
  const request = requestSelecting(client, transaction(), { address: yiaddr, serverIdentifier: wire.server });
  await wire.expectReply(request, { ...header, options: leaseOptions(wire, client, ACK, changes) });
  return row(wire, host, "bound", client, time);
}

test("network boot", async (t) => {
  if (!requireNamespaces(t)) return;
  const lab = createLab(t);
  const [server, clients] = [lab.namespace("server"), lab.namespace("clients")];
  const wire = await createWire(t, lab, server, clients, 1);
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  const stored: string[] = [];
  const router = `3 ${u32(wire.at(254))}`;
  const pxe = (file: string, host: number): Given => ({
    ...{ host, time: 600, file },
    settings: [router, textOption(66, "tftp.example"), textOption(67, file)],
  });

  await t.test("a PXE ROM gets the boot file for its architecture", async () => {
    stored.push(await boot(wire, romOf(1, 0), pxe("undionly.kpxe", 100)));
    stored.push(await boot(wire, romOf(2, 7), pxe("ipxe.efi", 101)));
    stored.push(await boot(wire, romOf(3, 9), pxe("ipxe.efi", 102)));
    stored.push(await boot(wire, romOf(4, 11), pxe("arm64/ipxe.efi", 103)));
    // One that nobody has thought of gets an address, and no file.
    stored.push(await boot(wire, romOf(5, 27), { host: 104, time: 600, settings: [router, textOption(66, "tftp.example")] }));
  });

  await t.test("HTTP boot of UEFI gets a URL, and HTTPClient in return", async () => {
    // It takes no answer without it, whether or not it asks for it.
    const settings = [textOption(60, "HTTPClient"), router, textOption(67, IMAGE)];
    stored.push(await boot(wire, romOf(6, 16, "HTTPClient"), { host: 105, time: 3600, settings }));
  });

  await t.test("iPXE gets its script instead of itself, as a client of its own", async () => {
    stored.push(await boot(wire, ipxeOf(2, 7), pxe(SCRIPT, 106)));
  });

  await t.test("the operating system is a third client, and keeps its address when the machine boots again", async () => {
    stored.push(await boot(wire, systemOf(2), { host: 107, time: 3600, settings: [router] }));
    await boot(wire, romOf(2, 7), pxe("ipxe.efi", 101));
    await boot(wire, ipxeOf(2, 7), pxe(SCRIPT, 106));
    await boot(wire, systemOf(2), { host: 107, time: 3600, settings: [router] });
  });

  await t.test("an address that is reserved for the hardware address is for all three, one after the other", async () => {
    const named = (given: Given): Given => ({ ...given, settings: given.settings.toSpliced(1, 0, textOption(12, "rack7")) });
    for (const _ of [1, 2]) {
      await boot(wire, romOf(20, 7), named(pxe("ipxe.efi", 20)));
      await boot(wire, ipxeOf(20, 7), named(pxe(SCRIPT, 20)));
      await boot(wire, systemOf(20), named({ host: 20, time: 3600, settings: [router] }));
    }
    stored.push(row(wire, 20, "bound", systemOf(20)));
  });

  await t.test("what was said is what is stored and counted", async () => {
    assert.deepEqual((await rows(leasehold)).toSorted(), stored.toSorted());
    const { commits, ...counters } = await leasehold.stop();
    assert.deepEqual(counters, {
      ...{ "received DISCOVER": 17, "received REQUEST": 17, "sent OFFER": 17, "sent ACK": 17 },
      ...{ bound: 9, renewed: 8 },
    });
    assert.ok((commits as number) > 0);
  });
});
