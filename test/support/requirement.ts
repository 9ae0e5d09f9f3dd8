import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

/**
 * What a test needs from the machine. Each returns true when it is there; otherwise it skips the test with the reason and returns false:
 *
 *     if (!requireRoot(t) || !requirePrograms(t, "dhclient")) return;
 *
 * Under LEASEHOLD_REQUIRE_ALL=1 what is missing fails the test instead, so that a check meant to be complete is.
 */
export function requireRoot(t: TestContext): boolean {
  return process.getuid?.() === 0 || missing(t, "needs root");
}

/** Programs by name, looked for in PATH, the sbin folders and that of systemd. */
export function requirePrograms(t: TestContext, ...names: string[]): boolean {
  const absent = names.filter((name) => findProgram(name) === undefined);
  return absent.length === 0 || missing(t, `needs ${absent.join(", ")}, not installed here`);
}

/** Root, the `ip` program, and a kernel that lets us make network namespaces (some containers do not). */
export function requireNamespaces(t: TestContext): boolean {
  if (!requireRoot(t) || !requirePrograms(t, "ip")) return false;
  const name = `lh${process.pid}-try`;
  const added = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (added.status !== 0) return missing(t, `needs network namespaces: ${added.stderr.trim()}`);
  spawnSync("ip", ["netns", "delete", name]);
  return true;
}

/** Where a program is; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin", "/lib/systemd"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Skips the test, or fails it when nothing may be skipped. For requirements that only one test has. */
export function missing(t: TestContext, reason: string): false {
  if (process.env.LEASEHOLD_REQUIRE_ALL === "1") throw new Error(`${reason}, and LEASEHOLD_REQUIRE_ALL=1 forbids skipping`);
  t.skip(reason);
  return false;
}
