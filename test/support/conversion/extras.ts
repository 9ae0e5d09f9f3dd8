import { existsSync, readFileSync } from "node:fs";
import { fromHex } from "../../../src/net/bytes.ts";
import { parseIpv4 } from "../../../src/net/ipv4.ts";
import { parseMac } from "../../../src/net/mac.ts";
import type { MessageType } from "../../../src/wire/dhcp4/index.ts";
import type { Extra } from "./dhcp4.ts";

/** An entry of `NAME.packets.json`, beside the file NAME. */
interface Packet {
  readonly name: string;
  readonly type?: keyof typeof MessageType;
  readonly relay?: string;
  readonly chaddr?: string;
  readonly ciaddr?: string;
  /** By code: hex with 0x in front, or text. */
  readonly options?: Readonly<Record<string, string>>;
}

export function readExtras(file: string): readonly Extra[] {
  const beside = file.replace(/\.[a-z]+$/, ".packets.json");
  if (!existsSync(beside)) return [];
  return (JSON.parse(readFileSync(beside, "utf8")) as readonly Packet[]).map(({ name, type, relay, chaddr, ciaddr, options = {} }) => ({
    name,
    ...(type && { type }),
    ...(relay !== undefined && { relay: parseIpv4(relay) as number }),
    ...(chaddr !== undefined && { chaddr: parseMac(chaddr) as Uint8Array }),
    ...(ciaddr !== undefined && { ciaddr: parseIpv4(ciaddr) as number }),
    options: Object.entries(options).map(([code, value]) => ({
      code: Number(code),
      data: value.startsWith("0x") ? (fromHex(value.slice(2)) as Uint8Array) : new TextEncoder().encode(value),
    })),
  }));
}
