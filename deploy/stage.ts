/*
 * Puts the program into a folder as it is installed: what is compiled, and what it depends on, for
 * one kind of machine. deploy/install, the Debian package and the container image are made of this.
 *
 *     node deploy/stage.ts FOLDER [CPU]
 *
 * CPU: x64, arm64 or arm, as Node.js names them; default: this machine's. For another one npm is
 * asked for its packages. Needs tsc, in node_modules or in PATH.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(new URL("..", import.meta.url)));

interface LockedPackage {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly cpu?: readonly string[];
  readonly os?: readonly string[];
}

export function stage(folder: string, cpu: string = process.arch): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "bin"), { recursive: true });
  const map = ["--sourceMap", "false", "--inlineSources", "false"];
  // The types are for who writes a configuration in TypeScript. `npm run check` has checked them.
  run("tsc", "-p", join(ROOT, "tsconfig.build.json"), "--outDir", join(folder, "dist"), "--noCheck", ...map);
  for (const name of ["package.json", "LICENSE", "bin/leasehold.js"]) cpSync(join(ROOT, name), join(folder, name));
  if (cpu === process.arch) copyDependencies(folder);
  else fetchDependencies(folder, cpu);
  // Without it the server would serve on, by lesser sockets.
  if (cpu === process.arch) execFileSync(process.execPath, ["-e", 'require("koffi").load(null)'], { cwd: folder, stdio: "inherit" });
}

/** Those that are installed here: the lockfile tells which of them the program needs. */
function copyDependencies(folder: string): void {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { packages: Record<string, LockedPackage> };
  for (const [path, { dev, link }] of Object.entries(packages)) {
    if (!path.startsWith("node_modules/") || dev || link || !existsSync(join(ROOT, path))) continue;
    // What stands within it is on the list itself.
    const nested = join(ROOT, path, "node_modules");
    cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter: (source) => source !== nested && isOfUse(source) });
  }
}

function fetchDependencies(folder: string, cpu: string): void {
  for (const name of ["package-lock.json", "api-reference/package.json"]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(ROOT, name), join(folder, name));
  }
  run("npm", "ci", "--prefix", folder, "--omit=dev", "--ignore-scripts", "--os=linux", `--cpu=${cpu}`, "--no-audit", "--no-fund");
  for (const name of [
    "package-lock.json",
    "api-reference",
    "node_modules/.bin",
    "node_modules/.package-lock.json",
    "node_modules/api-reference",
  ])
    rmSync(join(folder, name), { recursive: true, force: true });
  prune(join(folder, "node_modules"));
}

function prune(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!isOfUse(path)) rmSync(path, { recursive: true });
    else if (entry.isDirectory()) prune(path);
  }
}

/**
 * Types, maps and sources of binaries serve who develops; so do binaries for another C library.
 * What a configuration may say is told by types of zod.
 */
function isOfUse(path: string): boolean {
  return (
    /\/node_modules\/zod\/.*\.d\.ts$/.test(path) ||
    !/\.(d\.[cm]?ts|[cm]?js\.map|ts\.map)$|\/koffi\/(vendor|doc)$|\/koffi\/src\/.*\.(cc|hh|inc|S|asm)$|\/\.github$/.test(path)
  );
}

function run(program: string, ...args: readonly string[]): void {
  const env = { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` };
  execFileSync(program, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
}

if (import.meta.main) {
  const [folder, cpu] = process.argv.slice(2);
  if (folder === undefined) {
    process.stderr.write("usage: node deploy/stage.ts FOLDER [x64 | arm64 | arm]\n");
    process.exit(2);
  }
  stage(resolve(folder), cpu);
}
