import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");

/** The files in a folder, by their paths from the top. */
function filesIn(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => posix.relative(new URL(".", ROOT).pathname, posix.join(parentPath, name)));
}

const TOP = readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
const PAGES = [...TOP, ...filesIn("docs"), ...filesIn("examples")].filter((path) => path.endsWith(".md"));
const SOURCES = [...TOP, ...["bench", "bin", "deploy", "docs", "examples", "src", "test"].flatMap(filesIn)].filter((path) =>
  /\.(md|ts|tsx|js|json|ya?ml|service|sh|8)$|Dockerfile$/.test(path),
);
/** What a command makes. */
const MADE = "docs/playground/playground.html";

/** A page without its blocks of code, in which nothing is a heading or a link. */
function proseOf(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, "");
}

/** The anchors that a page has, as GitHub makes them of its headings. */
function anchorsOf(path: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of proseOf(read(path)).matchAll(/^#{1,6} (.*)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    let unique = anchor;
    for (let i = 1; anchors.has(unique); i++) unique = `${anchor}-${i}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What is wrong with a link to `path`, and to an anchor there. */
function faultOf(path: string, anchor: string | undefined): string | undefined {
  if (!existsSync(new URL(path, ROOT))) return path === MADE ? undefined : "is not there";
  if (anchor === undefined) return undefined;
  const page = path.endsWith(".md") ? path : posix.join(path, "README.md");
  return anchorsOf(page).has(anchor) ? undefined : "has no such anchor";
}

/** The links of a page to files of the project: the path from the top, and the anchor. */
function linksOf(page: string): { readonly link: string; readonly path: string; readonly anchor: string | undefined }[] {
  const links = [...proseOf(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = "", anchor] = link.split("#");
      return { link, path: file === "" ? page : posix.join(posix.dirname(page), file), anchor };
    });
}

test("every link of a page leads to a file, and to a heading in it", () => {
  const links = PAGES.flatMap((page) => linksOf(page).map((link) => ({ page, ...link })));
  assert.ok(links.length > 200);
  const faults = links.flatMap(({ page, link, path, anchor }) => {
    const fault = faultOf(path, anchor);
    return fault === undefined ? [] : [`${page}: ${link} ${fault}`];
  });
  assert.deepEqual(faults, []);
});

test("every page that a text, a message or a comment names is there", () => {
  const faults = SOURCES.flatMap((source) =>
    [...read(source).matchAll(/(?<![\w-])(docs\/(?:[\w.-]*\/)*[\w-]*(?:\.[a-z]+)?)(?:#([\w-]+))?/g)].flatMap(([, path = "", anchor]) => {
      const fault = faultOf(path, anchor);
      return fault === undefined ? [] : [`${source}: ${path}${anchor === undefined ? "" : `#${anchor}`} ${fault}`];
    }),
  );
  assert.deepEqual(faults, []);
});

test("the index of the documentation has every page, those of the configuration in an index of their own", () => {
  const indexes = ["docs/README.md", "docs/reference/configuration/README.md"];
  const listed = new Set(indexes.flatMap((index) => linksOf(index).map(({ path }) => path)));
  const pages = filesIn("docs").filter((path) => path.endsWith(".md") && path !== "docs/README.md");
  assert.deepEqual(
    pages.filter((page) => !listed.has(page)),
    [],
  );
});
