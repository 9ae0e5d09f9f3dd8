import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A laboratory of network namespaces joined by virtual cables, for tests with real packets. Needs `requireNamespaces`.
 *
 *     const lab = createLab(t);
 *     const server = lab.namespace("server");
 *     const client = lab.namespace("client");
 *     lab.cable(server, "eth0", client, "eth0");
 *     lab.exec(server, "ip", "address", "add", "10.0.0.1/24", "dev", "eth0");
 *     const program = lab.start(server, process.execPath, "src/cli/main.ts", "serve", "-c", file);
 *     await program.line(/listening/);
 *
 * When the test ends, every process in the namespaces is ended and the namespaces are deleted, the cables with them.
 * Names contain the process id, so test files can run at the same time. A test process that is ended by SIGTERM or SIGINT, as at a
 * time limit, cleans up as well; what one left that was killed is removed by the next one.
 */
export interface Lab {
  /** A new namespace with its loopback interface up. The label tells it from the others of this lab. */
  namespace(label: string): Namespace;
  /** A virtual Ethernet cable between two namespaces, with both ends up. Interface names are the namespace's own: eth0 is fine. */
  cable(a: Namespace, interfaceA: string, b: Namespace, interfaceB: string): void;
  /** Runs a program in the namespace to its end and returns its standard output. Throws with what it said when it fails. */
  exec(where: Namespace, program: string, ...args: string[]): string;
  /** Starts a program in the namespace. */
  start(where: Namespace, program: string, ...args: string[]): Program;
}

export interface Namespace {
  /** The name as `ip netns` knows it. */
  readonly name: string;
}

export interface Program {
  readonly pid: number;
  /** What it has written so far, standard output and error together. */
  output(): string;
  /** The first line, written already or within `timeout` milliseconds, that matches. Rejects with the output otherwise. */
  line(pattern: RegExp, timeout?: number): Promise<string>;
  /** Sends a signal and waits for the end; SIGKILL follows after 5 seconds. Resolves to the exit status, or the signal's name. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
  /** Settles when the program has ended. */
  readonly ended: Promise<number | string>;
}

/** `scope` is a test context, or `{ after }` of node:test for a whole file. */
export function createLab(scope: { after(cleanUp: () => Promise<void>): void }): Lab {
  if (labs++ === 0) {
    removeAbandoned();
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => endBy(signal));
  }
  const prefix = `lh${process.pid}-${labs}`;
  const namespaces: Namespace[] = [];
  const programs: Program[] = [];
  scope.after(async () => {
    await Promise.all(programs.map((program) => program.end()));
    for (const { name } of namespaces) removeNamespace(name);
  });
  return {
    namespace(label) {
      const namespace = { name: `${prefix}-${label}` };
      ip("netns", "add", namespace.name);
      namespaces.push(namespace);
      present.add(namespace.name);
      ip("-n", namespace.name, "link", "set", "lo", "up");
      return namespace;
    },
    cable(a, interfaceA, b, interfaceB) {
      ip("link", "add", interfaceA, "netns", a.name, "type", "veth", "peer", "name", interfaceB, "netns", b.name);
      ip("-n", a.name, "link", "set", interfaceA, "up");
      ip("-n", b.name, "link", "set", interfaceB, "up");
    },
    exec: (where, program, ...args) => ip("netns", "exec", where.name, program, ...args),
    start(where, program, ...args) {
      // `ip` replaces itself by the program, so the process id is the program's.
      const started = watch(
        spawn("ip", ["netns", "exec", where.name, program, ...args], { stdio: ["ignore", "pipe", "pipe"], env: environment }),
      );
      programs.push(started);
      return started;
    },
  };
}

let labs = 0;
/** Names of this process's namespaces. */
const present = new Set<string>();

function removeNamespace(name: string): void {
  // What programs left behind, such as the daemon of a client that went to the background.
  for (const pid of ip("netns", "pids", name).split("\n").filter(Boolean)) endProcess(Number(pid));
  ip("netns", "delete", name);
  present.delete(name);
}

/** Ends this process by the signal, as if there were no handler, when its namespaces are gone. */
function endBy(signal: NodeJS.Signals): void {
  for (const name of present) {
    try {
      removeNamespace(name);
    } catch {
      // The next process removes it.
    }
  }
  process.kill(process.pid, signal);
}

/** Namespaces of test processes that are no more. One in which something still runs is left alone. */
function removeAbandoned(): void {
  for (const line of ip("netns", "list").split("\n")) {
    const [, name, pid] = /^(lh(\d+)-\S+)/.exec(line) ?? [];
    if (name === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      if (ip("netns", "pids", name).trim() === "") ip("netns", "delete", name);
    } catch {
      // Another test process was quicker.
    }
  }
}

const environment = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/lib/systemd` };

function ip(...args: string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "pipe"] });
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** Follows a child process. Also for programs that need no namespace. */
export function watch(child: ChildProcess): Program {
  let text = "";
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      text += chunk;
      for (const watcher of watchers) watcher();
    });
  }
  let over = false;
  const closed = once(child, "close");
  const ended = once(child, "exit").then(async ([code, signal]: (number | string)[]) => {
    // "close" follows when the output is read, but never while a daemon that the program left behind holds the pipe.
    await Promise.race([closed, delay(200)]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    over = true;
    for (const watcher of watchers) watcher();
    return code ?? signal ?? 0;
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${child.spawnfile} does not start`);

  return {
    pid,
    ended,
    output: () => text,
    line(pattern, timeout = 30_000) {
      return new Promise((resolve, reject) => {
        const settle = (outcome: () => void): void => {
          watchers.delete(look);
          clearTimeout(timer);
          outcome();
        };
        const look = (): void => {
          const lines = text.split("\n");
          // The last one may be only half there.
          const found = lines.find((line, i) => (over || i < lines.length - 1) && pattern.test(line));
          if (found !== undefined) settle(() => resolve(found));
          else if (over) settle(() => reject(new Error(`the program ended without a line that matches ${pattern}:\n${text}`)));
        };
        const late = (): void => settle(() => reject(new Error(`no line matches ${pattern} within ${timeout} ms:\n${text}`)));
        const timer = setTimeout(late, timeout);
        watchers.add(look);
        look();
      });
    },
    async end(signal = "SIGTERM") {
      if (!over) child.kill(signal);
      const force = setTimeout(() => child.kill("SIGKILL"), 5000);
      const result = await ended;
      clearTimeout(force);
      return result;
    },
  };
}
