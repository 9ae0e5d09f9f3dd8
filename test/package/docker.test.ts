import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { tellOnFailure } from "../support/leasehold-process.ts";
import { createMachine, type Machine } from "../support/machine.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { threadsOf } from "../support/threads.ts";

/*
 * The steps of the Dockerfile, carried out without Docker on a machine of our own: what they copy
 * has to be there and let through by .dockerignore, what they run has to succeed, and what comes
 * out has to serve as the user of the image with the capabilities that Docker gives.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
const MAIN = join(ROOT, "src/cli/main.ts");
const DOCKERFILE = readFileSync(join(ROOT, "deploy/docker/Dockerfile"), "utf8");

interface Step {
  readonly name: string;
  readonly text: string;
}

function stepsOf(text: string): readonly Step[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ name: line.slice(0, line.indexOf(" ")), text: line.slice(line.indexOf(" ") + 1) }));
}

/** The names at the top of the checkout that Docker sees: everything is left out that is not let in. */
function contextOf(): readonly string[] {
  const [first, ...others] = readFileSync(join(ROOT, ".dockerignore"), "utf8").trim().split("\n");
  assert.equal(first, "*");
  return others.map((line) => line.replace(/^!/, ""));
}

/** A stage, its steps done one after the other. What only the builder knows is set here. */
function carryOut(machine: Machine, steps: readonly Step[]): void {
  let folder = "/";
  const copied = new Set<string>();
  for (const { name, text } of steps) {
    if (name === "WORKDIR") {
      folder = text;
      machine.run(`mkdir -p ${folder}`);
    } else if (name === "COPY") {
      const [, from, files = ""] = /^(?:--from=(\S+) |--chmod=\d+ )?(.*)$/.exec(text) ?? [];
      const words = files.split(" ");
      const target = join(folder, words.at(-1) as string);
      for (const source of words.slice(0, -1)) {
        if (from !== undefined) machine.run(`mkdir -p ${dirname(target)} && cp -a ${source}/. ${target}`);
        else if (source === ".") for (const one of contextOf()) machine.run(`cd ${ROOT} && cp -r --parents ${one} ${folder}`);
        else {
          assert.ok(
            contextOf().some((one) => source === one || source.startsWith(`${one}/`)),
            `${source} is left out by .dockerignore`,
          );
          const into = words.length > 2 || target.endsWith("/") || words.at(-1) === "./" ? `${target}/` : target;
          machine.run(`mkdir -p ${into.endsWith("/") ? into : dirname(into)} && cp ${join(ROOT, source)} ${into}`);
          if (text.startsWith("--chmod=755")) machine.run(`chmod 755 ${target}`);
        }
        copied.add(source);
      }
    } else if (name === "RUN") {
      // What npm would fetch is here.
      const command = text.startsWith("npm ci ") ? `ln -s ${ROOT}/node_modules node_modules` : text;
      machine.run(`export PATH=${ROOT}/node_modules/.bin:/usr/sbin:$PATH TARGETARCH=${process.arch}\ncd ${folder}\n${command}`);
    }
  }
}

test("the Dockerfile makes an image that serves as a user of its own", { timeout: 310_000 }, async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "setpriv", "unshare", "nsenter", "setcap")) return;
  const steps = stepsOf(DOCKERFILE);
  const froms = steps.flatMap(({ name }, i) => (name === "FROM" ? [i] : []));
  assert.deepEqual(
    froms.map((i) => steps[i]?.text),
    ["--platform=$BUILDPLATFORM node:24-bookworm-slim AS build", "node:24-bookworm-slim"],
  );
  const last = steps.slice(froms[1]);
  const only = (name: string): string => last.find((step) => step.name === name)?.text ?? assert.fail(`there is no ${name}`);
  assert.equal(only("USER"), "leasehold");

  const lab = createLab(t);
  const [network, client] = [lab.namespace("server"), lab.namespace("client")];
  lab.cable(network, "eth0", client, "eth0");
  lab.exec(network, "ip", "address", "add", "10.0.0.1/24", "dev", "eth0");
  const machine = await createMachine(t, lab, network);
  carryOut(machine, steps.slice(0, froms[1]));
  carryOut(machine, last);
  machine.run(
    "cat > /etc/leasehold/leasehold.yaml <<'.'\nlog: {format: json}\nnetworks: {10.0.0.0/24: {options: {routers: 10.0.0.1}, ranges: [{range: 10.0.0.10-10.0.0.99}]}}\n.",
  );

  // Docker gives the capabilities to the container, and none to a user that is not root.
  const asUser = (capabilities: string) => [
    ...["setpriv", "--reuid=leasehold", "--regid=leasehold", "--init-groups", "--inh-caps=-all", `--bounding-set=-all,${capabilities}`],
    ...["env", "-C", only("WORKDIR")],
  ];
  const command = [...JSON.parse(only("ENTRYPOINT")), ...JSON.parse(only("CMD"))] as string[];
  const server = machine.start(...asUser("+net_bind_service,+net_raw"), ...command);
  tellOnFailure(t, () => `the server said:\n${server.output()}`);
  await server.line(/"listening on /, 60_000);
  const [main] = threadsOf(server.pid);
  assert.deepEqual([main?.effective, main?.permitted, main?.uids.includes(0)], ["2400", "2400", false]);
  assert.match(lab.exec(client, process.execPath, MAIN, "probe", "--interface", "eth0"), /ACK/);
  const check = only("HEALTHCHECK").replace(/^.* CMD /, "");
  machine.run(check);
  assert.equal(await server.end(), 0);
  assert.throws(() => machine.run(check));
});

test("the example for compose gives the container what the server needs", () => {
  const { services } = parse(readFileSync(join(ROOT, "deploy/docker/compose.yaml"), "utf8"));
  const { build, network_mode, cap_add } = services.leasehold;
  assert.equal(resolve(ROOT, "deploy/docker", build.context), ROOT);
  assert.deepEqual([build.dockerfile, network_mode], ["deploy/docker/Dockerfile", "host"]);
  assert.deepEqual(cap_add, ["NET_BIND_SERVICE", "NET_RAW", "NET_ADMIN"]);
});
