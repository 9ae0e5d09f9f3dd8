import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { newFolder } from "./loopback-server.ts";

/*
 * What `npm pack` makes, installed as it would be for somebody else: in a folder outside the
 * checkout, with nothing of the sources. Without a network: what the package depends on is linked.
 */

export const ROOT = new URL("../../", import.meta.url).pathname;

/** The tarball. It is built anew, into `dist`: only one test file at a time may do so. */
export function pack(t: TestContext): string {
  const folder = newFolder(t);
  // npm of the Node.js that runs this.
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  return join(folder, readdirSync(folder)[0] as string);
}

/** A program's folder with the package in its node_modules; `others` are development packages. */
export function install(t: TestContext, tarball: string, ...others: readonly string[]): string {
  const folder = newFolder(t);
  const target = join(folder, "node_modules", "leasehold");
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as { dependencies: Record<string, string> };
  for (const name of [...Object.keys(dependencies), ...others]) {
    const link = join(folder, "node_modules", name);
    // A package of a scope stands in a folder of its own.
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link);
  }
  mkdirSync(join(folder, "node_modules/.bin"));
  symlinkSync("../leasehold/bin/leasehold.js", join(folder, "node_modules/.bin/leasehold"));
  return folder;
}
