import { STATUS_CODES } from "node:http";
import type { ServerOptions } from "node:https";
import type { Socket } from "node:net";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest, type HTTPMethods } from "fastify";
import { hasZodFastifySchemaValidationErrors, jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import * as z from "zod";
import { type KnownToken, roleOf } from "./access.ts";
import { limitConnections } from "./connections.ts";
import type { App, RouteContext, Routes } from "./context.ts";
import { addDocumentation } from "./documentation.ts";
import { bodyOf, PROBLEM_TYPE, Problem } from "./problem.ts";

/*
 * The HTTP server of one listener: limits, access, errors, and the routes with the document that is
 * made of their schemas. Whatever goes wrong is answered with a problem (RFC 9457).
 */

/** Bytes of a body. */
const LARGEST_BODY = 1 << 16;
/** Bytes of the first line and the headers. */
const LARGEST_HEAD = 1 << 14;
/** Characters of a path with its query. */
const LONGEST_URL = 4096;
/**
 * Milliseconds: until a request is here whole, for which a connection is kept for the next one, and
 * in which something has to go over one that is in use. What the server is asked has a limit of its
 * own, see asking.ts.
 */
const TIME_TO_ASK = 10_000;
const KEPT = 30_000;
const LONGEST_SILENCE = 60_000;
/** Requests of one address in ten seconds. */
const MOST_REQUESTS = 2000;
const PERIOD = 10_000;

const METHODS: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** How a listener is. */
export interface ListenerTraits {
  /** It is the Unix socket. */
  readonly bySocket: boolean;
  /** Certificate and key; undefined: HTTP. */
  readonly tls: Pick<ServerOptions, "cert" | "key"> | undefined;
  /** Those that are let in now: they change with a reload. */
  readonly tokens: () => readonly KnownToken[];
  /** Told of errors of the API itself. */
  readonly onDefect: (error: unknown) => void;
  /** Told in words of each connection that is one too many. */
  readonly onRefused: (text: string) => void;
}

/** An app that listens nowhere yet. */
export async function createApp(traits: ListenerTraits, context: RouteContext, routes: readonly Routes[]): Promise<App> {
  const http = { maxHeaderSize: LARGEST_HEAD, headersTimeout: TIME_TO_ASK, connectionsCheckingInterval: 1000 };
  const app = fastify({
    ...(traits.tls === undefined ? { http } : { https: { ...http, ...traits.tls } as never }),
    bodyLimit: LARGEST_BODY,
    requestTimeout: TIME_TO_ASK,
    keepAliveTimeout: KEPT,
    connectionTimeout: LONGEST_SILENCE,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    frameworkErrors: (error, _request, reply) => answerProblem(error, reply as never, traits.onDefect),
    clientErrorHandler: refuseBytes,
  }) as unknown as App;
  // What changes something is JSON: a form of another page can't send that.
  app.removeContentTypeParser("text/plain");
  limitConnections(app.server, traits.onRefused);
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error: FastifyError, _request, reply) => answerProblem(error, reply, traits.onDefect));
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Leasehold", version: context.version, description: "What a DHCP server knows and does, over HTTP." },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: describeOperation,
  });
  await app.register(rateLimit, {
    max: MOST_REQUESTS,
    timeWindow: PERIOD,
    // A Unix socket has no address.
    keyGenerator: ({ ip }) => ip ?? "",
    errorResponseBuilder: (_request, { ttl }) =>
      new Problem(429, "more requests than are answered", {}, { "retry-after": String(Math.ceil(ttl / 1000)) }),
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    if (request.url.length > LONGEST_URL) throw new Problem(414, `a path with its query has at most ${LONGEST_URL} characters`);
  });
  // Behind the limit of the rate, so that tokens can't be guessed without end; before the body.
  app.addHook("preParsing", async (request) => admit(request, traits));
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (_request, reply) =>
    answerProblem(new Problem(404, "there is nothing at this path: /docs says what there is"), reply, traits.onDefect),
  );

  app.addHook("preValidation", async (request) => refuseUnknownParameters(request));
  const known = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ method, url }) => {
    const methods = known.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    known.set(url, methods);
  });
  addDocumentation(app, context);
  for (const one of routes) one(app, context);
  refuseOtherMethods(app, known);
  await app.ready();
  return app;
}

const PROBLEM = z
  .looseObject({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .describe("A problem as in RFC 9457: `detail` says what is wrong.");

/**
 * A route as the document has it: with a name, such as `getV1Status`, and what any of them may
 * answer.
 */
const describeOperation: typeof jsonSchemaTransform = ({ schema, url, ...more }) => {
  if (schema === undefined || schema.hide === true) return jsonSchemaTransform({ schema, url, ...more });
  const words = [String(more.route.method).toLowerCase(), ...url.replace(/[:{]/g, "by-").split(/[^A-Za-z0-9]+/)].filter(Boolean);
  const operationId = words.map((word, i) => (i === 0 ? word : `${word[0]?.toUpperCase()}${word.slice(1)}`)).join("");
  const response = { ...(schema.response as object | undefined), default: PROBLEM };
  return jsonSchemaTransform({ schema: { operationId, ...schema, response }, url, ...more });
};

/** Throws Problem where the caller may not ask for this. */
function admit({ method, headers, routeOptions }: FastifyRequest, { bySocket, tokens }: ListenerTraits): void {
  const caller = { bySocket, authorization: headers.authorization, host: headers.host };
  const needed = routeOptions.config?.role ?? (method === "GET" || method === "HEAD" ? "read" : "admin");
  if (needed === "open") return;
  const role = roleOf(caller, tokens());
  if (needed === "admin" && role !== "admin") {
    throw new Problem(
      403,
      "this changes something, which takes a token of the role admin, or the Unix socket: see docs/reference/api.md#who-may-ask",
    );
  }
}

/** Throws Problem: a parameter that is misspelt, and would be ignored, asks for something else. */
function refuseUnknownParameters({ query, routeOptions }: FastifyRequest): void {
  const schema = routeOptions.schema?.querystring;
  if (!(schema instanceof z.ZodObject)) return;
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(query as object).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Problem(400, `there is no query parameter ${JSON.stringify(unknown)}: there are ${known.join(", ")}`);
}

/** What Node says of bytes that are no request, by the code of its error. */
const REFUSED_BYTES: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, `the first line and the headers have at most ${LARGEST_HEAD} bytes together`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, `a request is here within ${TIME_TO_ASK / 1000} seconds`],
};

/** Answers what never became a request. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = REFUSED_BYTES[error.code ?? ""] ?? [400, "this is no request of HTTP"];
  const body = JSON.stringify(bodyOf(status, detail));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\nConnection: close\r\n\r\n${body}`);
}

/** Of a path that is there with another method (RFC 9110 section 15.5.6). */
function refuseOtherMethods(app: App, known: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, methods] of [...known]) {
    const others = METHODS.filter((method) => !methods.has(method) && !(method === "HEAD" && methods.has("GET")));
    const allow = [...methods].sort().join(", ");
    if (others.length === 0 || url === "*") continue;
    app.route({
      method: [...others],
      url,
      config: { role: "open" },
      schema: { hide: true },
      handler: (request) => {
        throw new Problem(405, `${request.method} means nothing here: ${allow} does`, {}, { allow });
      },
    });
  }
}

function answerProblem(error: Error & Partial<FastifyError>, reply: FastifyReply, onDefect: (error: unknown) => void): FastifyReply {
  if (error instanceof Problem) {
    return reply
      .code(error.status)
      .headers({ ...error.headers, "content-type": PROBLEM_TYPE })
      .serializer(JSON.stringify)
      .send(bodyOf(error.status, error.message, error.more));
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message }) => ({ path: instancePath, message }));
    const detail = errors.map(({ path, message }) => `${path.replace(/^\//, "") || "the request"}: ${message}`).join("; ");
    return reply
      .code(400)
      .header("content-type", PROBLEM_TYPE)
      .serializer(JSON.stringify)
      .send(bodyOf(400, detail, { errors }));
  }
  const status = error.statusCode ?? 500;
  if (status >= 500) onDefect(error);
  const detail = status >= 500 ? "a defect of this program: the log has more of it" : error.message;
  return reply.code(status).header("content-type", PROBLEM_TYPE).serializer(JSON.stringify).send(bodyOf(status, detail));
}
