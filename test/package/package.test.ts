import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { programsIn } from "../support/document.ts";
import { newFolder, writeIn } from "../support/loopback-server.ts";
import { watch } from "../support/namespaces.ts";
import { install, pack, ROOT } from "../support/packed.ts";

/*
 * What is published, as it stands in somebody's node_modules: built files, and nothing of the
 * sources.
 */

const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { dependencies: Record<string, string> };

/** The TypeScript of typedoc: later ones can't be asked anything by a program. */
const ts = createRequire(join(ROOT, "api-reference/package.json"))(
  "typescript",
) as typeof import("../../api-reference/node_modules/typescript/lib/typescript.js");

/** Places in a declaration file where the type `any` is written. */
function anysIn(path: string): readonly string[] {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: import("../../api-reference/node_modules/typescript/lib/typescript.js").Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${path}:${file.getLineAndCharacterOfPosition(node.pos).line + 1}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What an editor offers at the place of the bar in a module of that folder. */
function editorIn(folder: string): (text: string) => readonly string[] {
  const file = join(folder, "edited.mts");
  let source = "";
  let version = 0;
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({ strict: true, module: ts.ModuleKind.NodeNext, lib: ["lib.es2024.d.ts"], types: [] }),
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => [file],
    getScriptVersion: (path) => (path === file ? `${version}` : "1"),
    getScriptSnapshot: (path) => {
      const content = path === file ? source : ts.sys.readFile(path);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
  });
  return (text) => {
    source = text.replace("|", "");
    version++;
    return service.getCompletionsAtPosition(file, text.indexOf("|"), {})?.entries.map(({ name }) => name) ?? [];
  };
}

/** A program of somebody else that has a value and types of every entry in its hands. */
const CONSUMER = `
import { dhcp4 as client } from "leasehold/client";
import { type Config, defineConfig, loadConfig } from "leasehold/config";
import { loadConfigFile } from "leasehold/config/file";
import { dhcp4 as engine, dhcp6 as engine6, type SilenceReason } from "leasehold/engine";
import { dhcp4 as leases, dhcp6 as leases6, LeaseState } from "leasehold/leases";
import { type Ipv4, parseIpv4 } from "leasehold/net";
import { type LeaseStore, openMemoryStore, type Server, startServer } from "leasehold/server";
import { dhcp4, dhcp6, frames } from "leasehold/wire";

const loaded = loadConfig("networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.5-10.0.0.9 }] } }", "inline");
if (!loaded.ok) throw new Error(loaded.diagnostics[0]?.message);
const config: Config = loaded.config;
const table: leases.LeaseReader = new leases.LeaseTable(config);
const server: Ipv4 | undefined = parseIpv4("10.0.0.1");
const decision: engine.Decision = engine.decide(
  { decider: engine.createDecider(config), leases: table, now: 1, random: 0 },
  {
    message: client.discover(client.ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1)), { xid: 1, secs: 0 }),
    interface: { index: 2, name: "eth0", address: server ?? 0, prefixLength: 24 },
    source: 0,
    sourcePort: 68,
    destination: 0xffffffff,
    serverPort: 67,
  },
);
const reason: SilenceReason | undefined = decision.kind === "silence" ? decision.reason : undefined;
const store: LeaseStore = openMemoryStore();
const start: (options: Parameters<typeof startServer>[0]) => Promise<Server> = startServer;
const table6: leases6.LeaseReader | undefined = config.dhcp6 && new leases6.LeaseTable(config.dhcp6);
console.log(decision.kind, reason, store.description, typeof start, table6, typeof loadConfigFile, typeof engine6.decide);
console.log(LeaseState.bound, typeof dhcp4.decode, typeof dhcp6.decode, frames.EtherType.ipv4, Object.keys(defineConfig({})).length);
`;

test("the package", async (t) => {
  const tarball = pack(t);
  const folder = install(t, tarball, "@types/node", "undici-types");
  const path = (name: string) => join(folder, "node_modules/leasehold", name);
  const node = (file: string, ...args: string[]) => execFileSync(process.execPath, [file, ...args], { cwd: folder, encoding: "utf8" });

  await t.test("has what it should have, in the form that tools expect", async () => {
    assert.deepEqual(readdirSync(path(".")).sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "bin",
      "deploy",
      "dist",
      "docs",
      "examples",
      "package.json",
      "schema.json",
    ]);
    const { messages, pkg } = await publint({ pkgDir: path("."), pack: false, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  await t.test("its examples and its program run in a plain Node.js", async (t) => {
    assert.match(node(path("examples/decode.js")), /^DHCPDISCOVER request/);
    assert.match(node(path("examples/decide.js")), /DHCPOFFER reply/);
    assert.match(node(path("bin/leasehold.js"), "--version"), /^\d+\.\d+\.\d+\n$/);
    const embedded = watch(spawn(process.execPath, [path("examples/embedded.js"), "6869"], { cwd: folder }));
    t.after(() => embedded.end());
    await embedded.line(/listening on 127\.0\.0\.1:6869/, 30_000);
    await embedded.end("SIGINT");
  });

  const documents = ["docs/how-to/library.md", "README.md"].map((name) => programsIn(readFileSync(path(name), "utf8")));
  const files = new Map(documents.flatMap((document) => [...document.files]));
  const commands = documents.flatMap((document) => document.commands);
  writeIn(folder, "package.json", '{ "type": "module" }');
  for (const [name, text] of [...files, ["consumer.ts", CONSUMER] as const]) writeIn(folder, name, text);
  const sources = ["consumer.ts", ...[...files.keys()].filter((name) => name.endsWith(".ts"))];

  // The types of what it depends on, and those of the package as such, are looked at once.
  for (const [module, moduleResolution, ...skipped] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler", "--skipLibCheck"],
  ] as const) {
    await t.test(
      `its types, and those of the programs of docs/how-to/library.md and README.md, are right for a strict program, resolved by ${moduleResolution}`,
      () => {
        const flags = [
          "--ignoreConfig",
          "--strict",
          "--exactOptionalPropertyTypes",
          "--noEmit",
          "--allowImportingTsExtensions",
          "--target",
          "es2024",
        ];
        const resolution = ["--types", "node", "--module", module, "--moduleResolution", moduleResolution];
        const { stdout } = spawnSync(
          process.execPath,
          [join(ROOT, "node_modules/typescript/bin/tsc"), ...flags, ...skipped, ...resolution, ...sources],
          {
            cwd: folder,
            encoding: "utf8",
          },
        );
        assert.equal(stdout, "");
      },
    );
  }

  await t.test("they are right by the tsconfig.json of docs/how-to/library.md, too", () => {
    assert.ok(files.has("tsconfig.json"));
    const { stdout } = spawnSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(stdout, "");
  });

  await t.test("it runs where its types are used", () => {
    assert.match(node("consumer.ts"), /^reply undefined memory[^\n]*\n1 function function 2048 0\n$/);
  });

  await t.test("the programs of docs/how-to/library.md and README.md do what they are said to do, as they stand there", async (t) => {
    assert.ok(commands.length >= 10);
    const bins = [dirname(process.execPath), join(folder, "node_modules/.bin")];
    const env = { ...process.env, PATH: `${bins.join(":")}:${process.env.PATH}`, NODE_OPTIONS: "" };
    for (const { command, output } of commands) {
      await t.test(command, () => {
        const { stdout } = spawnSync("bash", ["-c", `exec 2>&1; ${command}`], { cwd: folder, env, encoding: "utf8", timeout: 30_000 });
        // Which of two programs side by side says its line first is a matter of the machine.
        const linesOf = (text: string) => (command.includes(" & ") ? text.split("\n").sort() : text.split("\n"));
        assert.deepEqual(linesOf(stdout.trimEnd()), linesOf(output));
      });
    }
  });

  await t.test("a bundler makes a program for a browser of it, and takes only what is used", async () => {
    const bundle = async (program: string) => {
      const stdin = { contents: program, resolveDir: folder };
      const built = await build({
        stdin,
        bundle: true,
        write: false,
        platform: "browser",
        format: "esm",
        minify: true,
        logLevel: "silent",
      });
      return built.outputFiles[0]?.text ?? "";
    };
    const entries = ["net", "wire", "engine", "leases", "config", "client"];
    const all = await bundle(entries.map((name) => `export * as ${name} from "leasehold/${name}";`).join("\n"));
    assert.doesNotMatch(all, /["']node:|acorn/);
    const one = await bundle('import { parseIpv4 } from "leasehold/net"; console.log(parseIpv4("10.0.0.1"));');
    assert.ok(one.length < 1000, `${one.length} characters`);
  });

  await t.test("an editor completes keys of a configuration, names of options and forms of values", () => {
    const edit = editorIn(folder);
    const complete = (text: string) => edit(`import { defineConfig } from "leasehold/config"; defineConfig(${text});`);
    const names = complete("{ option_definitions: { mine: { code: 224, type: 'u8' } }, networks: { x: { options: { | } } } }");
    for (const name of ["routers", "domain_search", "dns_servers", "tftp_server_name", "mine"]) assert.ok(names.includes(name), name);
    assert.ok(!names.includes("message_type") && !names.includes("sol_max_rt"));
    assert.ok(complete("{ v6: { options: { | } } }").includes("sol_max_rt"));
    assert.ok(complete("{ options: { netbios_node_type: '|' } }").includes("h-node"));
  });

  const types = readdirSync(path("dist"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".d.ts"))
    .map((file) => path(`dist/${file}`));

  await t.test("its types have no any", () => {
    assert.ok(types.length > 300);
    assert.deepEqual(types.flatMap(anysIn), []);
  });

  await t.test("its types have nothing that is internal", () => {
    assert.deepEqual(
      types.filter((file) => readFileSync(file, "utf8").includes("@internal")),
      [],
    );
    const decider = readFileSync(path("dist/engine/dhcp4/decider.d.ts"), "utf8");
    assert.deepEqual(decider.match(/(?<=interface Decider \{)[^}]*/)?.[0].match(/\w+(?=: )/g), ["config"]);
  });

  await t.test("any would be found", (t) => {
    const file = writeIn(newFolder(t), "x.d.ts", 'export declare const a: "any";\nexport declare function f(x: any[]): void;\n');
    assert.deepEqual(anysIn(file), [`${file}:2`]);
  });
});

test("the package takes later releases of what it depends on, within a major", () => {
  for (const [name, range] of Object.entries(dependencies)) assert.match(range, /^\^\d+\.\d+\.\d+$/, name);
});
