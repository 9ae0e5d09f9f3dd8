import type { App, RouteContext } from "./context.ts";

/** What of the OpenAPI document the page for people shows. */
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: unknown;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
}

/**
 * The document that is made of the routes' schemas, and a page of it that needs nothing from
 * elsewhere.
 */
export function addDocumentation(app: App, { version }: RouteContext): void {
  app.get("/", { schema: { hide: true }, config: { role: "open" } }, (_request, reply) => {
    void reply.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
    return reply.type("text/html; charset=utf-8").send(indexOf(app.swagger() as never, version));
  });
  app.get("/openapi.json", { schema: { hide: true }, config: { role: "open" } }, () => app.swagger());
  app.get("/docs", { schema: { hide: true }, config: { role: "open" } }, (_request, reply) => {
    void reply.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
    return reply.type("text/html; charset=utf-8").send(pageOf(app.swagger() as never, version));
  });
}

/** Where to go from here: what can be looked at without saying more. */
function indexOf({ paths }: Parameters<typeof pageOf>[0], version: string): string {
  const simple = Object.entries(paths ?? {}).filter(
    ([path, { get }]) => get !== undefined && !path.includes("{") && !(get.parameters ?? []).some(({ required }) => required === true),
  );
  const links = [["/docs", { get: { summary: "What can be asked, for people." } }] as const, ...simple].map(
    ([path, { get }]) => `<li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a> ${escapeHtml(get?.summary ?? "")}</li>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Leasehold</title>
<meta name="viewport" content="width=device-width">
<style>${STYLE}</style>
<h1>Leasehold ${escapeHtml(version)}</h1>
<ul>${links.join("\n")}</ul></html>`;
}

function pageOf({ paths }: { readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>> }, version: string): string {
  const operations = Object.entries(paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => sectionOf(method, path, operation)),
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Leasehold: HTTP API</title>
<meta name="viewport" content="width=device-width">
<style>${STYLE}</style>
<h1>Leasehold ${escapeHtml(version)}: HTTP API</h1>
<p>For programs: <a href="/openapi.json">/openapi.json</a>. Errors are problems as in RFC 9457. Who may ask for what: <code>docs/reference/api.md</code>.</p>
${operations.join("\n")}</html>`;
}

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid #8884; padding: .5rem 0 1rem }
h2 { font: 600 1.1rem ui-monospace, monospace; margin: .5rem 0 }
table { border-collapse: collapse } td, th { text-align: left; padding: .1rem 1rem .1rem 0; vertical-align: top }
pre { overflow: auto; background: #8881; padding: .5rem }`;

function sectionOf(
  method: string,
  path: string,
  { summary, description, parameters = [], requestBody, responses = {} }: Operation,
): string {
  const rows = parameters.map(
    ({ name, in: where, required, description: text = "", schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(where)}${required === true ? ", required" : ""}</td><td>${escapeHtml(text || describeSchema(schema))}</td></tr>`,
  );
  const body = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<p>Body, ${escapeHtml(type)}:</p><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`,
  );
  const answers = Object.entries(responses).map(
    ([status, { description: text = "" }]) => `<li><code>${escapeHtml(status)}</code> ${escapeHtml(text)}</li>`,
  );
  return `<section><h2>${escapeHtml(method.toUpperCase())} ${escapeHtml(path)}</h2>
<p>${escapeHtml(summary ?? "")}</p>${description === undefined ? "" : `<p>${escapeHtml(description)}</p>`}
${rows.length === 0 ? "" : `<table>${rows.join("")}</table>`}${body.join("")}${answers.length === 0 ? "" : `<ul>${answers.join("")}</ul>`}</section>`;
}

function describeSchema(schema: unknown): string {
  const { type, enum: values } = (schema ?? {}) as { readonly type?: string; readonly enum?: readonly string[] };
  return values?.join(", ") ?? type ?? "";
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
