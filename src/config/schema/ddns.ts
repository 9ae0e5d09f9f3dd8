import * as z from "zod";
import { nameSuffix } from "../../wire/client-name.ts";
import { fromBase64 } from "../../wire/values/raw-values.ts";
import { CONFLICT_POLICIES, TSIG_ALGORITHMS } from "../model/names.ts";
import { INFINITE, parseDuration } from "../text/duration.ts";
import { expected } from "../text/expected.ts";
import { domainName, nameServer, readDomainName } from "./domain.ts";
import { A_DURATION, durationInput, flag, list, parsed, Refusal, text } from "./values.ts";

/* Which names clients have, and the DNS servers that are told of them. The keys are dora's, and more. */

/** The largest TTL (RFC 2181 section 8). */
const LONGEST_TTL = 0x7fffffff;

/** How long resolvers may keep a record. */
export const ttl = parsed(durationInput, A_DURATION, (value) => {
  const seconds = parseDuration(value);
  if (seconds === 0) return new Refusal("a TTL must be longer than 0 seconds");
  if (seconds === INFINITE || (seconds ?? 0) > LONGEST_TTL) return new Refusal("no TTL is as long as that", "write a time such as 1h");
  return seconds;
});

const A_SERVER = "the address of a DNS server, such as 192.168.5.3, 192.168.5.3:53 or [2001:db8::3]:53";
const A_ZONE = "a zone such as example.org, or * for all others";

const zone = text(A_ZONE, (value) => (value === "*" ? value : readDomainName(value)));
const A_KEY_NAME = "the name of an entry of tsig_keys";

const server = z.strictObject(
  {
    name: zone.describe("The zone: example.org, or 5.168.192.in-addr.arpa; * for all that no other entry names."),
    ip: nameServer(A_SERVER).describe("The server that takes updates of it, with its port if that is not 53."),
    key: z
      .string({ error: expected(A_KEY_NAME) })
      .optional()
      .describe("The entry of tsig_keys that updates are signed with. Default: they are not signed."),
  },
  { error: expected("a map with name, ip and key") },
);

const MD5 = "hmac-md5";

function whichAlgorithm({ input }: { readonly input?: unknown }): string {
  if (typeof input !== "string" || input.toLowerCase().replace(/\..*/, "") !== MD5)
    return expected(`one of ${TSIG_ALGORITHMS.join(", ")}`)({ input });
  return `${MD5} is not spoken, for MD5 is broken: make a key for both sides with \`tsig-keygen -a hmac-sha256 NAME\``;
}

const A_SECRET = "the secret of the key in base64, as tsig-keygen prints it";

/** What is refused is not shown: it may be a secret with one letter missing. */
const secret = z.string({ error: `expected ${A_SECRET}` }).transform((value, context): Uint8Array => {
  const bytes = fromBase64(value);
  if (bytes !== undefined && bytes.length > 0) return bytes;
  const message = bytes === undefined ? "the secret is not base64" : "the secret is empty";
  context.issues.push({ code: "custom", input: undefined, message, params: { hint: `write ${A_SECRET}` } });
  return z.NEVER;
});

const tsigKey = z.strictObject(
  {
    algorithm: z.enum(TSIG_ALGORITHMS, { error: whichAlgorithm }).describe("How updates are signed."),
    data: secret.describe("The secret that the DNS server knows too, in base64."),
  },
  { error: expected("a map with algorithm and data") },
);

/** `ddns` at the top level. */
export const ddns = z
  .strictObject(
    {
      enable_updates: flag.optional().describe("Whether clients have names that are seen to at all. Default: true."),
      override_client_updates: flag
        .optional()
        .describe("See to the address records of clients that want to do so themselves. Default: false, but true with dns alone."),
      override_no_updates: flag.optional().describe("Also of clients that want nobody to. Default: false."),
      generate_names: flag
        .optional()
        .describe("Clients without a name get one that is made of their address: 192-168-5-20. Default: false."),
      qualifying_suffix: domainName("a domain such as example.org or home.arpa", nameSuffix)
        .optional()
        .describe("What stands behind names that are not whole. Default: the domain name that the client is given."),
      ttl: ttl.optional().describe("TTL of records. Default: a third of the lease time, at least 10m."),
      conflict: z
        .enum(CONFLICT_POLICIES, { error: expected(`one of ${CONFLICT_POLICIES.join(", ")}`) })
        .optional()
        .describe(
          "check-dhcid: a name that another client has, or somebody entered, stays as it is (RFC 4703). overwrite: it becomes this client's. Default: check-dhcid.",
        ),
      forward: list(server, "servers")
        .optional()
        .describe("Servers for names, A and AAAA. Several of a zone are tried in this order. Default: none."),
      reverse: list(server, "servers").optional().describe("Servers for addresses, PTR. Default: none."),
      tsig_keys: z
        .record(z.string(), tsigKey, { error: expected("a map from names of keys to {algorithm, data}") })
        .optional()
        .describe("Keys that DNS servers know too (RFC 8945), by name. Default: none."),
    },
    { error: expected("a map with forward, reverse, tsig_keys and so on") },
  )
  .meta({ id: "Ddns", description: "Names of clients in DNS servers (RFC 2136). Default: none is told." });
