import * as z from "zod";
import { fromHex } from "../../net/bytes.ts";
import { expected } from "../text/expected.ts";
import { Refusal, text } from "./values.ts";

/** Kinds of VPN information and the length of a VPN-ID (RFC 6607 section 3.5). */
export const VSS_NAME = 0;
const VSS_VPN_ID = 1;
const VPN_ID_LENGTH = 7;

const A_VPN = "the name of a VPN such as customer-a, or {vpn_id: 00:00:5e:00:00:00:01}";

const name = text(A_VPN, (value): Uint8Array | Refusal => {
  if (!/^[\x20-\x7e]{1,254}$/.test(value)) return new Refusal("the name of a VPN is 1 to 254 printable ASCII characters");
  return Uint8Array.of(VSS_NAME, ...new TextEncoder().encode(value));
});

const vpnId = text("a VPN-ID (RFC 2685), 7 bytes in hex such as 00:00:5e:00:00:00:01", (value) => {
  const bytes = fromHex(value);
  return bytes?.length === VPN_ID_LENGTH ? Uint8Array.of(VSS_VPN_ID, ...bytes) : undefined;
});

/**
 * `vss` of a network or shared network, as it stands in option 82 sub-option 151: the type, then
 * the name or VPN-ID.
 */
export const vss = z
  .union([name, z.strictObject({ vpn_id: vpnId }).transform(({ vpn_id }) => vpn_id)], { error: expected(A_VPN) })
  .describe(
    "The VPN that this link is in, as relays name it (RFC 6607): only its clients are served, and they are served only here. Default: none.",
  );
