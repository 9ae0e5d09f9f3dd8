import { Command } from "commander";
import { addBenchCommand } from "./bench.ts";
import { addCheckCommand } from "./check.ts";
import { addClientCommand } from "./client.ts";
import { addConvertCommand } from "./convert.ts";
import { addDecodeCommand } from "./decode.ts";
import { Exit } from "./exit.ts";
import { addImportCommand } from "./import.ts";
import { addLeasesCommand } from "./leases.ts";
import { addProbeCommand } from "./probe.ts";
import { addReloadCommand } from "./reload.ts";
import { addServeCommand } from "./serve.ts";
import { addStatusCommand } from "./status.ts";
import { VERSION } from "./version.ts";

// Whoever reads our output, such as `head`, has seen enough. The server's log does not go this way:
// it outlives its reader.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(Exit.ok);
});

const program = new Command("leasehold")
  .description("A DHCP server whose acknowledged leases are on disk, and whose decisions can be explained.")
  .version(VERSION)
  .showHelpAfterError("(run with --help to see what there is)")
  // Commander ends with 1 when the command line is wrong; so does a command that fails, and the two
  // must be told apart.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? Exit.ok : Exit.usage));

addServeCommand(program);
addCheckCommand(program);
addConvertCommand(program);
addLeasesCommand(program);
addImportCommand(program);
addStatusCommand(program);
addReloadCommand(program);
addProbeCommand(program);
addClientCommand(program);
addDecodeCommand(program);
addBenchCommand(program);

await program.parseAsync();
