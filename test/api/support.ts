import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext } from "node:test";
import { type Api, type ApiParts, startApi } from "../../src/api/start.ts";
import type { ApiSpec } from "../../src/config/model/api.ts";
import { NO_LOG } from "../../src/server/log.ts";

export const READ = "read-token-of-twenty";
export const ADMIN = "admin-token-of-twenty";

/** An API on a port of loopback that the system chooses, with a token of each role. */
export const SPEC: ApiSpec = {
  listen: [{ address: Uint8Array.of(127, 0, 0, 1), port: 0 }],
  tokens: [
    { token: READ, role: "read" },
    { token: ADMIN, role: "admin" },
  ],
  dashboard: true,
};

export const STATUS = { version: "1.2.3", healthy: true, uptime: 5 };

/** What a server would be asked, with the answers of one that knows its status alone. */
export interface Asked {
  readonly requests: unknown[];
  answer(request: unknown): Promise<object>;
}

export function asked(answers: Readonly<Record<string, object>> = {}): Asked {
  const requests: unknown[] = [];
  return {
    requests,
    async answer(request) {
      requests.push(request);
      const { kind } = request as { readonly kind: string };
      return { status: { status: STATUS }, ...answers }[kind] ?? { error: `nothing is known of ${kind}`, code: "invalid" };
    },
  };
}

export interface Opened {
  readonly api: Api;
  readonly url: string;
  readonly folder: string;
}

/** Starts an API, and closes it with the test. */
export async function open(
  t: TestContext,
  spec: Partial<ApiSpec> = {},
  answer: Asked["answer"] = asked().answer,
  more: Partial<ApiParts> = {},
): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-api-"));
  const api = await startApi({
    spec: { ...SPEC, ...spec },
    version: "1.2.3",
    configuration: join(folder, "leasehold.yaml"),
    database: undefined,
    answer,
    log: NO_LOG,
    ...more,
  });
  t.after(async () => {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { api, url: api.at[0] as string, folder };
}

/** The same for all tests of a suite: to be called in its body. */
export function openForSuite(spec: Partial<ApiSpec> = {}, answer: Asked["answer"] = asked().answer): { readonly url: string } {
  const ends: (() => Promise<void>)[] = [];
  const opened = { url: "" };
  before(async () => {
    ({ url: opened.url } = await open({ after: (end: () => Promise<void>) => ends.push(end) } as unknown as TestContext, spec, answer));
  });
  after(async () => {
    for (const end of ends) await end();
  });
  return opened;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly token?: string;
  /** A Unix socket instead of the host of the URL. */
  readonly socketPath?: string;
  readonly ca?: string;
}

/** One request, on a connection of its own. */
export function send(url: string, { method = "GET", headers = {}, body, token, socketPath, ca }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith("https:") ? httpsRequest : httpRequest;
    const all = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
      ...headers,
    };
    const sent = request(url, { method, headers: all, agent: false, ...(socketPath && { socketPath }), ...(ca && { ca }) }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
