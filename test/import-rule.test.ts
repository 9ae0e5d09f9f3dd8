import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { closureOf, globalsIn, importsOf, plainCode, sourceFiles, targetOf } from "./support/source-files.ts";

/*
 * The import rule of the house (docs/explanation/architecture.md): a room, a folder of src, imports only itself
 * and the rooms below it; and the pure rooms know neither the system they run on, nor the time, nor
 * chance, so that the same code runs in a browser and gives the same answers everywhere.
 */

/** From the top to the bottom, with the packages that each may import. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  cli: ["commander", "pino", "yaml"],
  api: ["fastify", "@fastify/rate-limit", "@fastify/swagger", "fastify-type-provider-zod", "prom-client", "zod"],
  dashboard: ["preact", "uplot"],
  server: ["pino"],
  dns: ["dns-packet"],
  store: ["pg"],
  io: ["koffi"],
  client: [],
  engine: [],
  leases: [],
  config: ["yaml", "zod", "acorn", "@sveltejs/acorn-typescript"],
  wire: ["@noble/hashes"],
  net: [],
};
const ORDER = Object.keys(ROOMS);

/** These import no package but the pure ones, nor does anything that they import. */
const PURE_ROOMS = ["client", "engine", "leases", "wire", "net"];
/**
 * Functions of bytes and nothing else: no I/O, no clock; what they have of randomness is not used.
 */
const PURE_PACKAGES = ["@noble/hashes"];
/** What these files import must be pure too. */
const PURE_FILES = ["config/model/config.ts"];
/** The only files of their room that need Node.js: nothing that a browser loads may import them. */
const FILE_READERS = ["config/file.ts", "config/node-version.ts", "config/package-imports.ts"];
/** Rooms that run on Node.js. */
const SYSTEM_ROOMS = ["cli", "api", "server", "dns", "store", "io"];

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

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FILES = sourceFiles();

function roomOf(path: string): string {
  return path.split("/")[0] as string;
}

/** Breaches of the rule in one file that imports these, each with what to do. */
async function problemsIn(path: string, source: string, imports: readonly string[], isPure: boolean): Promise<readonly string[]> {
  const room = roomOf(path);
  const below = ORDER.indexOf(room);
  const isOfSystem = SYSTEM_ROOMS.includes(room) || FILE_READERS.includes(path);
  const problems: string[] = [];
  if (below < 0) problems.push(`${room} is no room of the house: put the file in one of ${ORDER.join(", ")}`);
  for (const specifier of imports) {
    if (specifier.startsWith(".")) {
      const target = targetOf(path, specifier);
      const other = roomOf(target);
      // package.json, say, is read and not imported.
      if (target.startsWith("..")) problems.push(`imports ${specifier}, which is outside src`);
      else if (!/\.tsx?$/.test(specifier)) problems.push(`imports ${specifier}: write the file's name, with .ts`);
      else if (ORDER.indexOf(other) < below)
        problems.push(`${room} imports ${target}, of the room ${other} above it: move what is needed down, or pass it in as an argument`);
    } else if (specifier.startsWith("node:")) {
      if (!isOfSystem) problems.push(`${room} imports ${specifier}: do this in ${SYSTEM_ROOMS.join(", ")}, and pass in the result`);
    } else {
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
      if (isPure && !PURE_PACKAGES.includes(name)) problems.push(`imports the package ${name}, but has to be pure: do without it`);
      else if (ROOMS[room]?.includes(name) !== true)
        problems.push(`${room} imports the package ${name}: it may import ${ROOMS[room]?.join(", ") || "none"}`);
    }
  }
  if (!isOfSystem && /\bimport\((?!")/.test(await plainCode(source)))
    problems.push("imports what is only known at run time: name the module");
  if (isPure || (room === "config" && !isOfSystem)) {
    for (const name of await globalsIn(source, Object.keys(IMPURE_NAMES)))
      problems.push(`uses ${name}, but has to be pure: ${IMPURE_NAMES[name]}`);
  }
  return problems.map((problem) => `src/${path}: ${problem}`);
}

/** The same for a file that stands alone. */
async function problemsOf(path: string, source: string): Promise<readonly string[]> {
  const imports = await importsOf(new Map([[path, source]]));
  return problemsIn(path, source, imports.get(path) ?? [], PURE_ROOMS.includes(roomOf(path)));
}

/**
 * The public entries, by their names: where they begin. `leasehold/server` and
 * `leasehold/config/file` need Node.js.
 */
function browserEntries(): readonly (readonly [name: string, file: string])[] {
  const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly "leasehold-source": string }>>;
  };
  return Object.entries(exports).flatMap(([name, entry]) => {
    if (typeof entry === "string" || name === "./server" || name === "./config/file") return [];
    return [[name.replace("./", ""), entry["leasehold-source"]]] as const;
  });
}

describe("import rule", () => {
  test("every file of src keeps it", async () => {
    assert.ok(FILES.size > 100);
    const imports = await importsOf(FILES);
    const pure = closureOf(
      [...FILES.keys()].filter((path) => PURE_ROOMS.includes(roomOf(path)) || PURE_FILES.includes(path)),
      imports,
    );
    const problems = await Promise.all(
      [...FILES].map(([path, source]) => problemsIn(path, source, imports.get(path) ?? [], pure.has(path))),
    );
    assert.equal(problems.flat().length, 0, `\n${problems.flat().join("\n")}`);
  });

  test("there are as many entries for a browser as the documentation says", () => {
    assert.deepEqual(
      browserEntries().map(([name]) => name),
      ["net", "wire", "engine", "leases", "config", "client"],
    );
  });

  for (const [name, file] of browserEntries()) {
    test(`a browser's bundle of leasehold/${name} has nothing of the system, and of the house only this room and those below`, async (t) => {
      const { metafile, outputFiles } = await build({
        entryPoints: [file],
        absWorkingDir: ROOT,
        bundle: true,
        write: false,
        platform: "browser",
        format: "esm",
        metafile: true,
        logLevel: "silent",
      });
      const inputs = Object.entries(metafile.inputs);
      assert.ok(inputs.length > 1);
      const above = ORDER.slice(0, ORDER.indexOf(name));
      for (const [path, { imports }] of inputs) {
        const inside = path.startsWith("src/") ? path.slice("src/".length) : undefined;
        assert.ok(inside === undefined || !above.includes(roomOf(inside)), path);
        for (const one of imports) assert.ok(one.external !== true && !one.path.startsWith("node:"), `${path} imports ${one.path}`);
      }
      const [bundle] = outputFiles;
      assert.ok(bundle !== undefined && bundle.text.length > 0);
      assert.doesNotMatch(bundle.text, /["']node:/);
      t.diagnostic(`${bundle.text.length} characters`);
    });
  }

  const BREACHES: readonly (readonly [path: string, source: string, problem: string])[] = [
    [
      "wire/dhcp4/decode.ts",
      'import type { Ipv4 } from "../../net/ipv4.ts";\nimport type { Lease } from "../../leases/dhcp4/lease.ts";',
      "src/wire/dhcp4/decode.ts: wire imports leases/dhcp4/lease.ts, of the room leases above it: move what is needed down, or pass it in as an argument",
    ],
    [
      "engine/x.ts",
      'export {\n  a,\n  b,\n} from "../store/store.ts";',
      "src/engine/x.ts: engine imports store/store.ts, of the room store above it: move what is needed down, or pass it in as an argument",
    ],
    [
      "net/x.ts",
      'import "node:fs";',
      "src/net/x.ts: net imports node:fs: do this in cli, api, server, dns, store, io, and pass in the result",
    ],
    [
      "leases/x.ts",
      'const fs = await import("node:fs");',
      "src/leases/x.ts: leases imports node:fs: do this in cli, api, server, dns, store, io, and pass in the result",
    ],
    [
      "config/load.ts",
      'import { readFile } from "node:fs/promises";',
      "src/config/load.ts: config imports node:fs/promises: do this in cli, api, server, dns, store, io, and pass in the result",
    ],
    ["engine/x.ts", 'import { z } from "zod";', "src/engine/x.ts: imports the package zod, but has to be pure: do without it"],
    [
      "engine/x.ts",
      'import { md5 } from "@noble/hashes/legacy.js";',
      "src/engine/x.ts: engine imports the package @noble/hashes: it may import none",
    ],
    ["store/x.ts", 'import * as k from "koffi/sub";', "src/store/x.ts: store imports the package koffi: it may import pg"],
    ["client/x.ts", "const m = await import(name);", "src/client/x.ts: imports what is only known at run time: name the module"],
    ["net/x.ts", 'import { a } from "./ipv4";', "src/net/x.ts: imports ./ipv4: write the file's name, with .ts"],
    ["cli/x.ts", 'import p from "../../package.json";', "src/cli/x.ts: imports ../../package.json, which is outside src"],
    ["attic/x.ts", "", `src/attic/x.ts: attic is no room of the house: put the file in one of ${ORDER.join(", ")}`],
    [
      "leases/x.ts",
      "\nconst now = Date.now();",
      "src/leases/x.ts: uses Date, but has to be pure: take the time as an argument, in seconds",
    ],
    [
      "engine/x.ts",
      "return new Date().getTime();",
      "src/engine/x.ts: uses Date, but has to be pure: take the time as an argument, in seconds",
    ],
    ["engine/x.ts", "const t = performance.now();", "src/engine/x.ts: uses performance, but has to be pure: take the time as an argument"],
    [
      "engine/x.ts",
      `a(\`\${Math.random()}\`);`,
      "src/engine/x.ts: uses Math.random, but has to be pure: take a random number as an argument",
    ],
    ["wire/x.ts", "Buffer.from(a)", "src/wire/x.ts: uses Buffer, but has to be pure: use Uint8Array"],
    ["wire/x.ts", "f(...process.argv)", "src/wire/x.ts: uses process, but has to be pure: take what you need of it as an argument"],
  ];
  for (const [path, source, problem] of BREACHES) {
    test(`is broken by ${source.trim().split("\n").at(-1) || "a new folder"} in ${path}`, async () => {
      assert.deepEqual(await problemsOf(path, source), [problem]);
    });
  }

  const KEPT: readonly (readonly [path: string, source: string])[] = [
    ["net/x.ts", '// import "node:fs"\n/* import "zod"; Date.now() */\nconst text = "import \'zod\' Date.now()";'],
    ["net/x.ts", 'const a = /import "zod"; [/\'] process/.test(b) || c / Dates / d;'],
    ["net/x.ts", `const a = \`import "zod" \${b.Date} \${{ Date: 1 }} Buffer\`;`],
    [
      "engine/x.ts",
      'import { type A, b as c } from "../leases/dhcp4/lease.ts";\nimport * as d from "./x.ts";\nexport * from "../wire/index.ts";',
    ],
    ["config/file.ts", 'import { readFile } from "node:fs/promises";\nawait import(url);'],
    ["io/x.ts", 'import koffi from "koffi";\nimport { readFileSync } from "node:fs";\nconst t = Date.now();'],
  ];
  for (const [path, source] of KEPT) {
    test(`is kept by ${JSON.stringify(source)} in ${path}`, async () => {
      assert.deepEqual(await problemsOf(path, source), []);
    });
  }
});
