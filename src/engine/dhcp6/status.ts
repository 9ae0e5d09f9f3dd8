import { statusOption } from "../../wire/dhcp6/identity-association.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";

/** The status codes that this server sends (RFC 8415 section 21.13), with a text for people. */
export const STATUS = {
  success: statusOption(StatusCode.Success, "all is well"),
  noAddrsAvail: statusOption(StatusCode.NoAddrsAvail, "no address is free for this client"),
  noPrefixAvail: statusOption(StatusCode.NoPrefixAvail, "no prefix is free for this client"),
  noBinding: statusOption(StatusCode.NoBinding, "this server knows nothing of this association"),
  notOnLink: statusOption(StatusCode.NotOnLink, "an address is none of the client's link"),
  onLink: statusOption(StatusCode.Success, "all addresses are of the client's link"),
} as const satisfies Readonly<Record<string, Option>>;
