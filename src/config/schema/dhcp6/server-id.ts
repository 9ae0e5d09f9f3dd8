import * as z from "zod";
import { fromHex } from "../../../net/bytes.ts";
import { macOfEui64, parseIpv6 } from "../../../net/ipv6.ts";
import { expected } from "../../text/expected.ts";
import { flag, Refusal, text } from "../values.ts";

const U32 = 0xffffffff;
const UUID_SIZE = 16;
/** A DUID has at most 128 bytes behind its type, of which LLT takes six for type and time. */
const MOST_BYTES = 122;

const AN_IDENTIFIER = "hex such as 52:54:00:12:34:56, or the link-local address of an interface";

/**
 * Bytes in hex. In dora the identifier of LLT and LL is an IPv6 address: where it was made of a
 * hardware address that one is meant, else its own 16 bytes are the identifier, as there.
 */
const identifier = text(AN_IDENTIFIER, (value): Uint8Array | Refusal | undefined => {
  const address = value.includes("::") ? parseIpv6(value) : undefined;
  const bytes = address === undefined ? fromHex(value) : (macOfEui64(address) ?? address);
  if (bytes === undefined || bytes.length === 0) return undefined;
  return bytes.length <= MOST_BYTES ? bytes : new Refusal(`the identifier has ${bytes.length} bytes; a DUID has room for ${MOST_BYTES}`);
});

const A_NUMBER = `a whole number from 0 to ${U32}`;
const u32 = z
  .int({ error: expected(A_NUMBER) })
  .min(0, { error: expected(A_NUMBER) })
  .max(U32, { error: expected(A_NUMBER) });
const A_TYPE = "a hardware type from 0 to 65535; 1 is Ethernet";
const hardwareType = z
  .int({ error: expected(A_TYPE) })
  .min(0, { error: expected(A_TYPE) })
  .max(65535, { error: expected(A_TYPE) });

/** `server_id` of the section `v6`: how the DUID of the server is made. */
export const serverId = z
  .strictObject(
    {
      type: z
        .enum(["LLT", "LL", "EN", "UUID"], { error: expected("LLT, LL, EN or UUID") })
        .optional()
        .describe("Type of the DUID (RFC 8415 section 11). Default: LLT."),
      identifier: identifier
        .optional()
        .describe("Hardware address of LLT and LL, identifier of EN, UUID: in hex. Default: that of an interface, or a random one."),
      time: u32.optional().describe("Time of LLT: seconds since 2000. Default: when it is made."),
      hardware_type: hardwareType.optional().describe("IANA hardware type of LLT and LL. Default: that of the interface."),
      htype: hardwareType.optional().describe("The same, as dora reads it."),
      enterprise_id: u32.optional().describe("IANA enterprise number of EN. Default: 1, as in dora."),
      persist: flag.optional().describe("Keep it for the next start. Default: true."),
      path: z
        .string({ error: expected("the path of a file") })
        .min(1, "the path is empty")
        .optional()
        .describe("A file of dora's that holds it. Default: it is kept in the database."),
    },
    { error: expected("a map with type, identifier and so on") },
  )
  .superRefine((value, context) => {
    const type = value.type ?? "LLT";
    const add = (path: string[], message: string, hint: string): void =>
      context.addIssue({ code: "custom", path, message, params: { hint } });
    if (value.htype !== undefined && value.hardware_type !== undefined && value.htype !== value.hardware_type)
      add(["htype"], "htype and hardware_type are the same key, and differ", "keep hardware_type");
    if (type === "UUID" && value.identifier?.length !== UUID_SIZE) {
      const got = value.identifier === undefined ? "it is missing" : `this one has ${value.identifier.length}`;
      add(
        value.identifier === undefined ? ["type"] : ["identifier"],
        `a UUID has ${UUID_SIZE} bytes: ${got}`,
        "identifier: 00112233-4455-6677-8899-aabbccddeeff",
      );
    }
  })
  .describe("How the DUID of this server is made, once. Default: LLT, kept in the database.");
