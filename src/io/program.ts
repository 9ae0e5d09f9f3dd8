import { spawn } from "node:child_process";

/** Bytes of what a program says that are kept. */
const MOST_SAID = 2000;
/** Bytes that one may say at all: what prints without end is ended. */
const MOST_PRINTED = 1 << 20;

/** What is run, and what it finds. */
export interface ProgramParts {
  /** The program and its arguments. No shell sees them. */
  readonly command: readonly string[];
  /** Of its environment, besides where programs are and how text is written: nothing of the server's. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it can read. */
  readonly input: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How long it may run, in milliseconds. */
  readonly patience: number;
}

/** How a program ended. */
export interface ProgramOutcome {
  /** Undefined: as it should. */
  readonly problem: string | undefined;
  readonly said: string;
}

/**
 * Runs a program, in a group of processes of its own that is ended with it when its time is over or
 * `signal` says so. Rejects where it can't be started.
 */
export function runProgram({ command, environment, input, signal, patience }: ProgramParts): Promise<ProgramOutcome> {
  const [program = "", ...given] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, given, {
      env: { PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8", ...environment },
      stdio: ["pipe", "pipe", "pipe"],
      cwd: "/",
      // A group of its own, so that what it starts ends with it.
      detached: true,
    });
    let said = "";
    let printed = 0;
    let problem: string | undefined;
    const hear = (chunk: Buffer): void => {
      printed += chunk.length;
      if (printed > MOST_PRINTED) end(`it printed more than ${MOST_PRINTED / 1024} KiB`);
      if (said.length < MOST_SAID) said += chunk.toString("utf8").slice(0, MOST_SAID - said.length);
    };
    const end = (reason: string): void => {
      problem = reason;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const stop = (): void => end("the server is stopping");
    const timer = setTimeout(() => end(`it had not ended after ${patience / 1000} s`), patience);
    signal.addEventListener("abort", stop);
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    child.once("error", (error) => {
      over();
      reject(new Error(`it can't be started: ${error.message}`));
    });
    // Not `close`: what it has left running may hold its output.
    child.once("exit", (code, killedBy) => {
      over();
      child.stdout.destroy();
      child.stderr.destroy();
      problem ??= code === 0 ? undefined : code === null ? `it was ended by ${killedBy}` : `it ended with status ${code}`;
      resolve({ problem, said });
    });
  });
}
