import { type Ipv4, writeIpv4 } from "../../net/ipv4.ts";
import type { Option } from "../../wire/dhcp4/message.ts";

/** An option whose value is one address. */
export function addressOption(code: number, address: Ipv4): Option {
  return u32Option(code, address);
}

/** An option whose value is a time: 32 bits, seconds. */
export function secondsOption(code: number, value: number): Option {
  return u32Option(code, value);
}

function u32Option(code: number, value: number): Option {
  const data = new Uint8Array(4);
  writeIpv4(data, 0, value);
  return { code, data };
}
