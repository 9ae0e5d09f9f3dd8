import { isModule, type LoadFileResult, loadConfigFile } from "../config/file.ts";
import { formatDiagnostic } from "../config/text/diagnostic.ts";
import { reasonOf } from "../config/text/reason.ts";
import { PATIENCE } from "../server/load-configuration.ts";
import { Exit } from "./exit.ts";

/** Keeps what modules do apart from the command that loads them. */
export interface ModuleGuard {
  /**
   * Loads a file: what its module prints meanwhile goes to standard error. Where the module ends
   * the program, or never finishes, that is said, and the exit status is that of a file that can't
   * be read.
   */
  load<T>(name: string, load: () => Promise<T>): Promise<T>;
  /** Ends the program with `process.exitCode` when all is written, whatever modules still do. */
  end(): Promise<never>;
  /** From now on modules may do what they like. */
  release(): void;
}

/**
 * The configuration of a file, for a command that goes on with it. Where it is a module that ends
 * the program or never finishes, the program ends as where a file can't be read.
 */
export async function loadGuarded(path: string): Promise<LoadFileResult> {
  if (!isModule(path)) return loadConfigFile(path);
  const guard = guardModules(Exit.failed, `leasehold: ${path} can't be used: one problem, see above\n`);
  try {
    return await guard.load(path, () => loadConfigFile(path));
  } finally {
    guard.release();
  }
}

/**
 * Of a command that loads modules of the operator's into its own process. `unreadable`: the exit
 * status where one can't be loaded; `closing`: what is said last then.
 */
export function guardModules(unreadable: number, closing = ""): ModuleGuard {
  const { stdout } = process;
  let last = "";
  let isLoading = false;
  const say = (what: string): void => {
    isLoading = false;
    const message = `the configuration can't be read: ${what}`;
    const diagnostic = { severity: "error", line: 0, column: 0, path: [], message, hint: undefined } as const;
    process.stderr.write(`${formatDiagnostic(diagnostic, last)}\n${closing}`);
  };
  const leave = (what: string): never => {
    say(what);
    return process.exit(unreadable);
  };
  // Nothing is left to do, and it waits.
  const onIdle = (): void => {
    if (isLoading) leave("the module never finished loading");
  };
  const onExit = (): void => {
    if (!isLoading) return;
    say("the module ended the program");
    process.exitCode = unreadable;
  };
  const onError = (error: unknown): never => leave(`the module has failed: ${reasonOf(error)}`);
  process.on("beforeExit", onIdle);
  process.on("exit", onExit);
  process.on("uncaughtException", onError);

  return {
    async load(name, load) {
      last = name;
      isLoading = true;
      const { exitCode } = process;
      process.exitCode = unreadable;
      const write = stdout.write;
      stdout.write = process.stderr.write.bind(process.stderr);
      const timer = setTimeout(() => leave(`the module was not loaded within ${PATIENCE / 1000} s`), PATIENCE).unref();
      try {
        return await load();
      } finally {
        clearTimeout(timer);
        stdout.write = write;
        process.exitCode = exitCode;
        isLoading = false;
      }
    },
    async end() {
      for (const stream of [stdout, process.stderr]) await new Promise((resolve) => stream.write("", resolve));
      return process.exit();
    },
    release() {
      process.off("beforeExit", onIdle);
      process.off("exit", onExit);
      process.off("uncaughtException", onError);
    },
  };
}
