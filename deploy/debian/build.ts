/*
 * Makes the Debian package of the program, with the Node.js that runs this:
 *
 *     npm run package:deb                      # leasehold_VERSION_ARCHITECTURE.deb, here
 *     node deploy/debian/build.ts FOLDER [VERSION]
 *
 * The same sources and the same Node.js give the same bytes.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { stage } from "../stage.ts";

const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));
const HERE = import.meta.dirname;

/** Debian's names of what Node.js calls `process.arch`. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "armhf",
  ppc64: "ppc64el",
  riscv64: "riscv64",
  loong64: "loong64",
};

const MAINTAINER = "Leasehold <leasehold@localhost>";

/** The package, in `folder`; its path. `compression`: from 0, none, to 9. */
export function buildPackage(folder: string, version: string = packageVersion(), compression = 6): string {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new Error(`Debian has no architecture for ${process.arch}`);
  const tree = mkdtempSync(join(tmpdir(), "leasehold-deb-"));
  try {
    chmodSync(tree, 0o755);
    fill(tree);
    setModes(tree);
    writeControl(tree, version, architecture);
    const epoch = sourceDate();
    setTimes(tree, epoch);
    const file = join(folder, `leasehold_${version}_${architecture}.deb`);
    execFileSync(
      "dpkg-deb",
      ["--root-owner-group", ...(compression === 0 ? ["-Znone"] : ["-Zxz", `-z${compression}`]), "--build", tree, file],
      {
        env: { ...process.env, SOURCE_DATE_EPOCH: `${epoch}` },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    return file;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Its files, where they are installed. */
function fill(tree: string): void {
  const put = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  };
  stage(join(tree, "usr/lib/leasehold"));
  copyFileSync(realpathSync(process.execPath), join(tree, "usr/lib/leasehold/bin/node"));
  put("usr/bin/leasehold", readFileSync(join(ROOT, "deploy/leasehold.sh")));
  put("usr/lib/systemd/system/leasehold.service", readFileSync(join(ROOT, "deploy/systemd/leasehold.service")));
  put("etc/leasehold/leasehold.yaml", readFileSync(join(HERE, "leasehold.yaml")));
  put("usr/share/man/man8/leasehold.8.gz", zipped(join(HERE, "leasehold.8")));
  const documents = "usr/share/doc/leasehold";
  put(`${documents}/copyright`, copyright());
  put(`${documents}/changelog.gz`, zipped(join(ROOT, "CHANGELOG.md")));
  for (const name of readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".md")) put(`${documents}/docs/${name}`, readFileSync(join(ROOT, "docs", name)));
  // Where the examples look for it.
  put(`${documents}/schema.json`, readFileSync(join(ROOT, "schema.json")));
  for (const name of readdirSync(join(ROOT, "examples")))
    if (name.endsWith(".yaml")) put(`${documents}/examples/${name}`, readFileSync(join(ROOT, "examples", name)));
}

function writeControl(tree: string, version: string, architecture: string): void {
  const files = filesIn(tree);
  const size = files.reduce((sum, path) => sum + Math.ceil(statSync(path).size / 1024), 0);
  const folder = join(tree, "DEBIAN");
  mkdirSync(folder);
  const control = `Package: leasehold
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: adduser, libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8)${process.arch === "arm" ? ", libatomic1" : ""}
Section: net
Priority: optional
Description: DHCP server for IPv4 and IPv6 with durable leases
 A server of DHCPv4 and DHCPv6 with one configuration file and one lease
 database. A lease is on disk before its client hears of it, and every
 decision can be explained.
 .
 The package brings the Node.js that it runs on.
`;
  const sums = files.map((path) => `${createHash("md5").update(readFileSync(path)).digest("hex")}  ${relative(tree, path)}\n`);
  writeFileSync(join(folder, "control"), control);
  writeFileSync(join(folder, "md5sums"), sums.join(""));
  writeFileSync(join(folder, "conffiles"), "/etc/leasehold/leasehold.yaml\n");
  for (const name of ["postinst", "prerm", "postrm"]) {
    copyFileSync(join(HERE, name), join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
}

/** Ours, then that of everything that comes along. */
function copyright(): string {
  const folder = join(ROOT, "node_modules");
  return `Leasehold
=========

${readFileSync(join(ROOT, "LICENSE"), "utf8")}
What it depends on is in /usr/lib/leasehold/node_modules, each with its own license.

Node.js, /usr/lib/leasehold/bin/node
====================================

${nodeLicense(folder)}`;
}

/** It stands beside the binary, or, where npm brought that, nowhere: then where to find it. */
function nodeLicense(modules: string): string {
  for (const path of [join(dirname(realpathSync(process.execPath)), "../LICENSE"), join(modules, "node/LICENSE")]) {
    try {
      const text = readFileSync(path, "utf8");
      if (text.includes("Node.js")) return text;
    } catch {
      // The next one.
    }
  }
  return `MIT, and those of its parts: https://github.com/nodejs/node/blob/${process.version}/LICENSE\n`;
}

function setModes(tree: string): void {
  const programs = new Set(["usr/bin/leasehold", "usr/lib/leasehold/bin/node", "usr/lib/leasehold/bin/leasehold.js"]);
  for (const path of foldersIn(tree)) chmodSync(path, 0o755);
  for (const path of filesIn(tree)) chmodSync(path, programs.has(relative(tree, path)) ? 0o755 : 0o644);
}

function setTimes(tree: string, epoch: number): void {
  for (const path of [...filesIn(tree), ...foldersIn(tree)]) utimesSync(path, epoch, epoch);
}

function filesIn(folder: string): string[] {
  return entriesIn(folder).filter((path) => statSync(path).isFile());
}

function foldersIn(folder: string): string[] {
  return [folder, ...entriesIn(folder).filter((path) => statSync(path).isDirectory())];
}

function entriesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .sort();
}

/** Of the last change of the sources, in seconds. */
function sourceDate(): number {
  if (process.env.SOURCE_DATE_EPOCH !== undefined) return Number(process.env.SOURCE_DATE_EPOCH);
  try {
    return Number(execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    return Math.floor(statSync(join(ROOT, "package.json")).mtimeMs / 1000);
  }
}

function zipped(path: string): Uint8Array {
  return gzipSync(readFileSync(path), { level: 9 });
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;
}

if (import.meta.main) process.stdout.write(`${buildPackage(resolve(process.argv[2] ?? "."), process.argv[3])}\n`);
