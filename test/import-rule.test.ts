import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize, posix } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { importsOf, usesOf } from "./support/source-text.ts";

/*
 * The import rule of the house (docs/architecture.md): a room, a folder of src, imports only itself and the rooms below it; and the pure rooms know
 * neither the system they run on, nor the time, nor chance, so that the same code runs in a browser and gives the same answers everywhere.
 */

/** From the top to the bottom, with the packages that each may import. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  cli: ["commander", "pino", "yaml"],
  api: ["fastify", "prom-client"],
  dashboard: ["preact", "uplot"],
  server: ["pino"],
  store: ["pg"],
  io: ["koffi"],
  client: [],
  engine: [],
  leases: [],
  config: ["yaml", "zod"],
  wire: [],
  net: [],
};
const ORDER = Object.keys(ROOMS);

const PURE_ROOMS = ["client", "engine", "leases", "wire", "net"];
/** What these files import must be pure too. */
const PURE_FILES = ["config/model.ts"];
/** The only file of its room that reads files: nothing that a browser loads may import it. */
const FILE_READER = "config/load-file.ts";
/** Rooms that run on Node.js. */
const SYSTEM_ROOMS = ["cli", "api", "server", "store", "io"];

/** What a pure room must be given instead of taking it. */
const IMPURE_NAMES: Readonly<Record<string, string>> = {
  Date: "take the time as an argument, in seconds",
  performance: "take the time as an argument",
  "Math.random": "take a random number as an argument",
  crypto: "take random numbers as an argument",
  process: "take what you need of it as an argument",
  Buffer: "use Uint8Array",
  require: "use import",
  globalThis: "take what you need of it as an argument",
  fetch: "let a room above do it",
  console: "return what is to be said, or take a Trace",
  setTimeout: "return when to be called again",
  setInterval: "return when to be called again",
  setImmediate: "return when to be called again",
};

/** What remembers something between two calls when it stands at the top of a module. */
const STATE_OF_MODULE = /^(?:export )?(?:let |var |const .*\bnew Weak(?:Map|Set|Ref)\b)/;

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** Paths of all source files below src, with forward slashes. */
function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .map((path) => path.split("\\").join("/"))
    .filter((path) => /\.tsx?$/.test(path));
}

function read(path: string): string {
  return readFileSync(join(SRC, path), "utf8");
}

function roomOf(path: string): string {
  return path.split("/")[0] as string;
}

function targetOf(path: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(path), specifier));
}

/** The files, and all that they import, directly or not. */
function closureOf(paths: readonly string[]): Set<string> {
  const closure = new Set<string>();
  const visit = (path: string): void => {
    if (closure.has(path) || !existsSync(join(SRC, normalize(path)))) return;
    closure.add(path);
    for (const { specifier } of importsOf(read(path))) if (specifier?.startsWith(".")) visit(targetOf(path, specifier));
  };
  for (const path of paths) visit(path);
  return closure;
}

/** Breaches of the rule in one file, each with its place and what to do. */
function problemsIn(path: string, source: string, isPure: boolean): string[] {
  const room = roomOf(path);
  const below = ORDER.indexOf(room);
  const problems: string[] = [];
  const report = (line: number, problem: string): void => {
    problems.push(`src/${path}:${line}: ${problem}`);
  };
  if (below < 0) report(1, `${room} is no room of the house: put the file in one of ${ORDER.join(", ")}`);

  for (const { specifier, line } of importsOf(source)) {
    if (specifier === undefined) {
      if (!SYSTEM_ROOMS.includes(room) && path !== FILE_READER) report(line, "imports what is only known at run time: name the module");
    } else if (specifier.startsWith(".")) {
      const target = targetOf(path, specifier);
      const other = roomOf(target);
      // package.json, say, is read and not imported.
      if (target.startsWith("..")) report(line, `imports ${specifier}, which is outside src`);
      else if (!/\.tsx?$/.test(specifier)) report(line, `imports ${specifier}: write the file's name, with .ts`);
      else if (ORDER.indexOf(other) < below) {
        report(line, `${room} imports ${target}, of the room ${other} above it: move what is needed down, or pass it in as an argument`);
      }
    } else if (specifier.startsWith("node:")) {
      const isFileReader = path === FILE_READER;
      if (!SYSTEM_ROOMS.includes(room) && !isFileReader)
        report(line, `${room} imports ${specifier}: do this in ${SYSTEM_ROOMS.join(", ")}, and pass in the result`);
    } else {
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
      if (isPure) report(line, `imports the package ${name}, but has to be pure: do without it`);
      else if (ROOMS[room]?.includes(name) !== true)
        report(line, `${room} imports the package ${name}: it may import ${ROOMS[room]?.join(", ") || "none"}`);
    }
  }
  if (isPure) {
    for (const { name, line } of usesOf(source, Object.keys(IMPURE_NAMES)))
      report(line, `uses ${name}, but has to be pure: ${IMPURE_NAMES[name]}`);
    for (const [i, text] of source.split("\n").entries())
      if (STATE_OF_MODULE.test(text)) report(i + 1, "keeps state in a module, but has to be pure: make it in a function, for who needs it");
  }
  return problems;
}

describe("import rule", () => {
  test("every file of src keeps it", () => {
    const files = sourceFiles();
    assert.ok(files.length > 100);
    const pure = closureOf(files.filter((path) => PURE_ROOMS.includes(roomOf(path)) || PURE_FILES.includes(path)));
    const problems = files.flatMap((path) => problemsIn(path, read(path), pure.has(path)));
    assert.equal(problems.length, 0, `\n${problems.join("\n")}`);
  });

  test("what a browser loads does not lead to the system", () => {
    for (const entry of ["wire", "engine", "leases", "config", "client"]) {
      const files = closureOf([`${entry}/index.ts`]);
      assert.ok(files.size > 1, entry);
      const system = [...files].filter((path) => importsOf(read(path)).some(({ specifier }) => specifier?.startsWith("node:")));
      assert.deepEqual(system, [], entry);
    }
  });

  const BREACHES: readonly (readonly [path: string, source: string, problem: string])[] = [
    [
      "wire/dhcp4/decode.ts",
      'import type { Ipv4 } from "../../net/ipv4.ts";\nimport type { Lease } from "../../leases/lease.ts";',
      "src/wire/dhcp4/decode.ts:2: wire imports leases/lease.ts, of the room leases above it: move what is needed down, or pass it in as an argument",
    ],
    [
      "engine/x.ts",
      'export {\n  a,\n  b,\n} from "../store/store.ts";',
      "src/engine/x.ts:4: engine imports store/store.ts, of the room store above it: move what is needed down, or pass it in as an argument",
    ],
    [
      "net/x.ts",
      'import "node:fs";',
      "src/net/x.ts:1: net imports node:fs: do this in cli, api, server, store, io, and pass in the result",
    ],
    [
      "leases/x.ts",
      'const fs = await import("node:fs");',
      "src/leases/x.ts:1: leases imports node:fs: do this in cli, api, server, store, io, and pass in the result",
    ],
    [
      "config/load.ts",
      'import { readFile } from "node:fs/promises";',
      "src/config/load.ts:1: config imports node:fs/promises: do this in cli, api, server, store, io, and pass in the result",
    ],
    ["engine/x.ts", 'import { z } from "zod";', "src/engine/x.ts:1: imports the package zod, but has to be pure: do without it"],
    ["store/x.ts", 'import * as k from "koffi/sub";', "src/store/x.ts:1: store imports the package koffi: it may import pg"],
    ["client/x.ts", "const m = await import(name);", "src/client/x.ts:1: imports what is only known at run time: name the module"],
    ["net/x.ts", 'import { a } from "./ipv4";', "src/net/x.ts:1: imports ./ipv4: write the file's name, with .ts"],
    ["cli/x.ts", 'import p from "../../package.json";', "src/cli/x.ts:1: imports ../../package.json, which is outside src"],
    ["attic/x.ts", "", `src/attic/x.ts:1: attic is no room of the house: put the file in one of ${ORDER.join(", ")}`],
    [
      "leases/x.ts",
      "\nconst now = Date.now();",
      "src/leases/x.ts:2: uses Date, but has to be pure: take the time as an argument, in seconds",
    ],
    [
      "engine/x.ts",
      "return new Date().getTime();",
      "src/engine/x.ts:1: uses Date, but has to be pure: take the time as an argument, in seconds",
    ],
    [
      "engine/x.ts",
      "const t = performance.now();",
      "src/engine/x.ts:1: uses performance, but has to be pure: take the time as an argument",
    ],
    [
      "engine/x.ts",
      `a(\`\${Math.random()}\`);`,
      "src/engine/x.ts:1: uses Math.random, but has to be pure: take a random number as an argument",
    ],
    [
      "engine/x.ts",
      "const known = new WeakMap<Config, Index>();",
      "src/engine/x.ts:1: keeps state in a module, but has to be pure: make it in a function, for who needs it",
    ],
    ["wire/x.ts", "Buffer.from(a)", "src/wire/x.ts:1: uses Buffer, but has to be pure: use Uint8Array"],
    ["wire/x.ts", "f(...process.argv)", "src/wire/x.ts:1: uses process, but has to be pure: take what you need of it as an argument"],
  ];
  for (const [path, source, problem] of BREACHES) {
    test(`is broken by ${source.trim().split("\n").at(-1) || "a new folder"} in ${path}`, () => {
      assert.deepEqual(problemsIn(path, source, PURE_ROOMS.includes(roomOf(path))), [problem]);
    });
  }

  const KEPT: readonly (readonly [path: string, source: string])[] = [
    ["net/x.ts", '// import "node:fs"\n/* import "zod"; Date.now() */\nconst text = "import \'zod\' Date.now()";'],
    ["net/x.ts", 'const a = /import "zod"; [/\'] process/.test(b) || c / Dates / d;'],
    ["net/x.ts", `const a = \`import "zod" \${b.Date} \${{ Date: 1 }} Buffer\`;`],
    [
      "engine/x.ts",
      'import { type A, b as c } from "../leases/lease.ts";\nimport * as d from "./x.ts";\nexport * from "../wire/index.ts";',
    ],
    ["config/load-file.ts", 'import { readFile } from "node:fs/promises";\nawait import(url);'],
    ["io/x.ts", 'import koffi from "koffi";\nimport { readFileSync } from "node:fs";\nconst t = Date.now();'],
  ];
  for (const [path, source] of KEPT) {
    test(`is kept by ${JSON.stringify(source)} in ${path}`, () => {
      assert.deepEqual(problemsIn(path, source, PURE_ROOMS.includes(roomOf(path))), []);
    });
  }
});
