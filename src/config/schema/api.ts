import * as z from "zod";
import { expected } from "../text/expected.ts";
import { listenerOn } from "./server.ts";
import { flag, list } from "./values.ts";

/* The HTTP API: who may ask, and where. */

/** The port of the HTTP API, as in dora. */
export const API_PORT = 3333;

const A_LISTENER = "an address to listen on, such as 127.0.0.1, 10.0.0.1:3333 or [2001:db8::1]:3333";
const SHORTEST_TOKEN = 16;
/** Of Linux (unix(7)): 108 with the byte that ends it. */
const LONGEST_SOCKET_PATH = 107;

const listener = listenerOn(A_LISTENER);
const file = (what: string) => z.string({ error: expected(what) }).min(1, "the path is empty");

const token = z
  .strictObject(
    {
      token: z
        .string({ error: expected("a token: text that nobody can guess") })
        .min(SHORTEST_TOKEN, `a token has at least ${SHORTEST_TOKEN} characters: \`openssl rand -hex 24\` makes one`)
        .regex(/^[\x21-\x7e]+$/, "a token has printable ASCII characters without blanks, as it stands in a header")
        .optional()
        .describe("The token itself. Whoever may read this file knows it: token_file keeps it apart."),
      token_file: file("the path of a file").optional().describe("A file whose first line is the token; read again by a reload."),
      role: z
        .enum(["read", "admin"], { error: expected("read or admin") })
        .describe("read: look at everything but secrets. admin: change leases and reservations, reload."),
    },
    { error: expected("a map with token or token_file, and role") },
  )
  .superRefine((value, context) => {
    if ((value.token === undefined) !== (value.token_file === undefined)) return;
    context.addIssue({
      code: "custom",
      message: "name exactly one of token and token_file",
      params: { hint: "token_file: /etc/leasehold/token" },
    });
  });

const settings = z
  .strictObject(
    {
      listen: z
        .union([listener, list(listener, "addresses")], { error: expected(`${A_LISTENER}, or a list of these`) })
        .optional()
        .describe("Where to listen: one address or a list, each with a TCP port if it is not 3333. [] for none. Default: 127.0.0.1:3333."),
      tokens: list(token, "tokens")
        .optional()
        .describe(
          "Who may ask over TCP, by bearer token. Without any, whoever is on this machine may look, and nobody may change anything. Default: none.",
        ),
      tls: z
        .strictObject(
          {
            cert: file("the path of a file in PEM").describe("The certificate, with those that lead to its root."),
            key: file("the path of a file in PEM").describe("Its private key."),
          },
          { error: expected("a map with cert and key") },
        )
        .optional()
        .describe("HTTPS instead of HTTP; both files are read again by a reload. Default: HTTP."),
      socket: file("the path of a socket")
        .refine((path) => new TextEncoder().encode(path).length <= LONGEST_SOCKET_PATH, {
          error: `the path of a socket has at most ${LONGEST_SOCKET_PATH} bytes`,
        })
        .optional()
        .describe("A Unix socket besides, for who may write to it: they may do everything. Default: none."),
      dashboard: flag.optional().describe("Whether the page for people is served too. Default: true."),
    },
    { error: expected("a map with listen, tokens, tls, socket and dashboard") },
  )
  .meta({ id: "Api", description: "The HTTP API." });

export const api = z.union([settings, z.literal(false)], {
  error: expected("a map with listen, tokens, tls, socket and dashboard, or false for no API"),
});
