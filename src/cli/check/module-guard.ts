import { formatDiagnostic } from "../../config/text/diagnostic.ts";
import { reasonOf } from "../../config/text/reason.ts";
import { PATIENCE } from "../../server/load-configuration.ts";
import { Exit } from "../exit.ts";

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
}

/** Of a command that loads modules of the operator's into its own process. */
export function guardModules(): ModuleGuard {
  const { stdout } = process;
  let last = "";
  let isLoading = false;
  const say = (what: string): void => {
    isLoading = false;
    const message = `the configuration can't be read: ${what}`;
    const diagnostic = { severity: "error", line: 0, column: 0, path: [], message, hint: undefined } as const;
    process.stderr.write(`${formatDiagnostic(diagnostic, last)}\n`);
  };
  const leave = (what: string): never => {
    say(what);
    return process.exit(Exit.usage);
  };
  // Nothing is left to do, and it waits.
  process.on("beforeExit", () => {
    if (isLoading) leave("the module never finished loading");
  });
  process.on("exit", () => {
    if (!isLoading) return;
    say("the module ended the program");
    process.exitCode = Exit.usage;
  });
  process.on("uncaughtException", (error) => leave(`the module has failed: ${reasonOf(error)}`));

  return {
    async load(name, load) {
      last = name;
      isLoading = true;
      process.exitCode = Exit.usage;
      const write = stdout.write;
      stdout.write = process.stderr.write.bind(process.stderr);
      const timer = setTimeout(() => leave(`the module was not loaded within ${PATIENCE / 1000} s`), PATIENCE).unref();
      try {
        return await load();
      } finally {
        clearTimeout(timer);
        stdout.write = write;
        isLoading = false;
      }
    },
    async end() {
      for (const stream of [stdout, process.stderr]) await new Promise((resolve) => stream.write("", resolve));
      return process.exit();
    },
  };
}
