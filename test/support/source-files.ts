import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, transform } from "esbuild";

/* What the source files import and use, as esbuild reads them. */

const SRC = fileURLToPath(new URL("../../src", import.meta.url));

/** The files below src: their text by their paths, with forward slashes. */
export function sourceFiles(): ReadonlyMap<string, string> {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" }).map((path) => path.split("\\").join("/"));
  return new Map(paths.filter((path) => /\.tsx?$/.test(path)).map((path) => [path, readFileSync(join(SRC, path), "utf8")]));
}

/** Without types nothing would be left of such an import, and it counts like any other. */
const OF_TYPES = /^(?:import|export) type\s(?:[\w$*\s,]|\{[^}]*\})*\sfrom\s/gm;
/** The type of something in a module, or the module itself. */
const BY_NAME = /\bimport\("[^"]+"\)/g;
const KEEP_ALL = { compilerOptions: { verbatimModuleSyntax: true } };

/** What each of the files imports, as it is written there; of types, too. */
export async function importsOf(files: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, readonly string[]>> {
  const given: Plugin = {
    name: "given",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path, kind }) => (kind === "entry-point" ? { path, namespace: "given" } : { path, external: true }));
      onLoad({ filter: /./, namespace: "given" }, ({ path }) => ({
        contents: withTypes(files.get(path) ?? ""),
        loader: "ts",
      }));
    },
  };
  const { metafile } = await build({
    entryPoints: [...files.keys()],
    bundle: true,
    write: false,
    outdir: "/",
    format: "esm",
    metafile: true,
    ignoreAnnotations: true,
    plugins: [given],
    tsconfigRaw: KEEP_ALL,
    logLevel: "silent",
  });
  return new Map([...files.keys()].map((path) => [path, [...new Set(metafile.inputs[`given:${path}`]?.imports.map((one) => one.path))]]));
}

function withTypes(source: string): string {
  return [source.replace(OF_TYPES, "import "), ...(source.match(BY_NAME) ?? [])].join(";\n");
}

/** The path below src of what a file imports by a relative path; it starts with `..` outside of src. */
export function targetOf(path: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(path), specifier));
}

/** The files, and all that they import, directly or not. */
export function closureOf(paths: readonly string[], imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const closure = new Set<string>();
  const visit = (path: string): void => {
    if (closure.has(path) || !imports.has(path)) return;
    closure.add(path);
    for (const specifier of imports.get(path) ?? []) if (specifier.startsWith(".")) visit(targetOf(path, specifier));
  };
  for (const path of paths) visit(path);
  return closure;
}

/** Which of the global names, such as `Date` or `Math.random`, a source text uses; what it declares itself under such a name is not meant. */
export async function globalsIn(source: string, names: readonly string[]): Promise<readonly string[]> {
  const marks = new Map(names.map((name) => [name, `GLOBAL_${name.replace(".", "_")}`]));
  const { code } = await transform(source, {
    loader: "ts",
    define: Object.fromEntries(marks),
    tsconfigRaw: KEEP_ALL,
    logLevel: "silent",
    legalComments: "none",
  });
  return names.filter((name) => new RegExp(`\\b${marks.get(name)}\\b`).test(code));
}

/** A source text as esbuild prints it: one form of everything, without types and without most comments. */
export async function plainCode(source: string): Promise<string> {
  const { code } = await transform(source, { loader: "ts", tsconfigRaw: KEEP_ALL, logLevel: "silent", legalComments: "none" });
  return code;
}
