import * as z from "zod";
import { EVENT_SELECTORS, type SocketPlace } from "../model/events.ts";
import { parseDuration } from "../text/duration.ts";
import { expected } from "../text/expected.ts";
import { A_DURATION, durationInput, list, parsed, Refusal, text } from "./values.ts";

/* Who is told what becomes of leases, and for how long it is kept. */

/** Bytes that the path of a Unix socket may have, with the zero at its end (sockaddr_un). */
const LONGEST_SOCKET_PATH = 107;
/** More would fill a disk before anybody looks. */
const LONGEST_QUEUE = 100_000_000;

const A_PATH = "the path of a file";
const path = z.string({ error: expected(A_PATH) }).min(1, "the path is empty");

const A_PLACE = "the path of a socket such as /run/leasehold/events.sock, or an address of this machine such as 127.0.0.1:4010";

const place = text(A_PLACE, (value): SocketPlace | Refusal | undefined => {
  if (value.startsWith("/")) {
    if (new TextEncoder().encode(value).length > LONGEST_SOCKET_PATH) return new Refusal("the path of a socket has at most 107 bytes");
    return { path: value };
  }
  const [, ipv6, ipv4, digits] = /^(?:\[(.+)\]|([\d.]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = ipv6 ?? ipv4;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65535) return undefined;
  if (!/^127\.\d+\.\d+\.\d+$/.test(host) && host !== "::1")
    return new Refusal(
      `${host} is not an address of this machine alone: whoever connects reads all leases`,
      "use 127.0.0.1, [::1] or a path",
    );
  return { host, port };
});

const url = text("a URL such as https://example.org/leases", (value): string | Refusal | undefined => {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return undefined;
  const parsed = new URL(value);
  if (parsed.username !== "" || parsed.password !== "")
    return new Refusal("a URL can't have a name and a password here", "let the receiver check the signature: secret: TEXT");
  return value;
});

const positive = (what: string) =>
  parsed(durationInput, A_DURATION, (value) => {
    const seconds = parseDuration(value);
    return seconds === 0 ? new Refusal(`${what} must be longer than 0 seconds`) : seconds;
  });

const webhook = z.strictObject(
  {
    url: url.describe("Where events are sent, by POST."),
    secret: z
      .string({ error: expected("a text that the receiver knows too") })
      .min(8, "a secret has at least 8 characters")
      .optional()
      .describe("Signs what is sent (HMAC-SHA256). Default: it is not signed."),
    retry: positive("retry").optional().describe("The longest time between two attempts. Default: 1m."),
  },
  { error: expected("a map with url, secret and retry") },
);

const AN_OPERAND = "a program and its arguments: [/usr/local/bin/on-lease, --flag]";

const sink = z
  .strictObject(
    {
      file: path.optional().describe("A line of JSON for each event is added to this file."),
      socket: place.optional().describe("Programs that connect here read a line of JSON for each event."),
      webhook: webhook.optional().describe("Events are sent to a URL."),
      run: z
        .array(z.string({ error: expected("a text") }).min(1, "an empty text"), { error: expected(AN_OPERAND) })
        .min(1, "run is empty: name a program")
        .optional()
        .describe("A program that is run for each event, and its arguments."),
      kinds: z
        .array(z.enum(EVENT_SELECTORS, { error: expected(`one of ${EVENT_SELECTORS.join(", ")}`) }), {
          error: expected("a list of kinds of events"),
        })
        .min(1, "kinds is empty: nothing would be told")
        .optional()
        .describe("Which events. Default: all."),
      queue: z
        .int({ error: expected("a number of events, at least 1") })
        .min(1, { error: expected("a number of events, at least 1") })
        .max(LONGEST_QUEUE, { error: expected("fewer events") })
        .optional()
        .describe("So many events are kept for a receiver that is behind. Default: 1000000."),
    },
    { error: expected("a map with file, socket, webhook or run") },
  )
  .superRefine(({ file, socket, webhook, run }, context) => {
    if ([file, socket, webhook, run].filter((one) => one !== undefined).length === 1) return;
    context.addIssue({
      code: "custom",
      message: "name exactly one receiver",
      params: { hint: "{file: PATH}, {socket: PATH}, {webhook: {url: URL}} or {run: [PROGRAM]}" },
    });
  });

/** `events` at the top level. */
export const events = list(sink, "receivers").describe("Who is told what becomes of leases. Default: nobody.");

/** `history` at the top level. */
export const history = z
  .strictObject({ keep: positive("keep").describe("For how long.") }, { error: expected("a map with keep: {keep: 90d}") })
  .describe("For how long it is kept who had which address. Default: not at all.");
