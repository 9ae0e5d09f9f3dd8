import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { tellOnFailure, temporaryFolder } from "../support/leasehold-process.ts";
import { createLab, type Program } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { MAIN } from "../support/run-leasehold.ts";

const TEXT = readFileSync(new URL("../../docs/tutorial/first-network.md", import.meta.url), "utf8");

/** What the page has its reader do, in its order. */
type Step =
  | { readonly does: "write"; readonly file: string; readonly content: string }
  /** `stays`: it is left running in a terminal of its own. */
  | { readonly does: "run"; readonly command: string; readonly output: string; readonly stays: boolean };

/** A file has the name that was told last before its content. */
function stepsOf(text: string): Step[] {
  return [...text.matchAll(/^( *)```(yaml|console)( stays)?\n(.*?)^ *```$/gms)].flatMap(
    ({ index, 1: indent = "", 2: language, 3: stays, 4: block = "" }): Step[] => {
      const content = block.replaceAll(new RegExp(`^${indent}`, "gm"), "");
      if (language === "yaml") {
        const file = [...text.slice(0, index).matchAll(/`([a-z]+\.yaml)`/g)].at(-1)?.[1] ?? assert.fail("a file without a name");
        return [{ does: "write", file, content }];
      }
      const commands = content.split(/^\$ /m).slice(1);
      return commands.map((command) => {
        const end = command.indexOf("\n");
        return { does: "run", command: command.slice(0, end), output: command.slice(end + 1).trimEnd(), stays: stays !== undefined };
      });
    },
  );
}

/** What the page shows of an output, with an ellipsis for anything, on however many lines. */
function patternOf(output: string): RegExp {
  const parts = output.split("…").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

/** A network of its own, in which namespaces have their names for themselves. */
const HOLDER = "mount -t tmpfs tmpfs /run && mkdir /run/netns && echo mounted && exec sleep infinity";

test("the tutorial's commands do what they are said to do, as they stand there", { timeout: 300_000 }, async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "udhcpc", "unshare", "nsenter")) return;
  const folder = temporaryFolder(t);
  const [programs, place] = [join(folder, "bin"), join(folder, "work")];
  for (const path of [programs, place]) mkdirSync(path);
  for (const [name, script] of [
    ["leasehold", `exec '${process.execPath}' '${MAIN}' "$@"`],
    ["sudo", 'exec "$@"'],
  ] as const) {
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(programs, name), 0o755);
  }
  const lab = createLab(t);
  const [machine, lan] = [lab.namespace("machine"), lab.namespace("lan")];
  lab.cable(machine, "eth0", lan, "eth0");
  lab.exec(machine, "ip", "address", "add", "192.168.5.2/24", "dev", "eth0");
  lab.exec(lan, "ip", "address", "add", "192.168.5.1/24", "dev", "eth0");
  const holder = lab.start(machine, "unshare", "--mount", "--propagation", "private", "sh", "-c", HOLDER);
  await holder.line(/^mounted$/, 20_000);
  const enter = (script: string): [string, ...string[]] => [
    ...(["nsenter", "--target", `${holder.pid}`, "--mount", "--net", "sh", "-c"] as const),
    `cd '${place}' && PATH='${programs}':/usr/sbin:/sbin:$PATH && export PATH && exec 2>&1 && ${script}`,
  ];

  const router = join(folder, "router.yaml");
  writeFileSync(router, "networks: {192.168.5.0/24: {options: {routers: 192.168.5.1}, ranges: [{range: 192.168.5.50-192.168.5.60}]}}\n");
  const old = lab.start(lan, process.execPath, MAIN, "serve", "-c", router, "-d", join(folder, "router.db"), "--no-api");
  await old.line(/listening/, 30_000);

  let server: Program | undefined;
  tellOnFailure(t, () => `the server said:\n${server?.output()}`);
  const steps = stepsOf(TEXT);
  assert.ok(steps.length > 25);
  for (const step of steps) {
    if (step.does === "write") {
      writeFileSync(join(place, step.file), step.content);
      continue;
    }
    const { command, output, stays } = step;
    if (stays) {
      await server?.end("SIGINT");
      server = lab.start(machine, ...enter(`exec ${command}`));
      await server.line(patternOf(output), 30_000);
      continue;
    }
    // The reader has switched the router's server off.
    if (output.includes("no answer")) await old.end();
    const [program, ...args] = enter(command);
    const { stdout } = spawnSync(program, args, { encoding: "utf8", timeout: 60_000 });
    assert.match(stdout.trimEnd(), patternOf(output), command);
  }
  const took = lab.exec(lan, "sh", "-c", "exec 2>&1; udhcpc -i eth0 -f -q -n -s /bin/true");
  assert.match(took, /lease of 192\.168\.5\.1\d\d obtained from 192\.168\.5\.2, lease time 86400/);
});
