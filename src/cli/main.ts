import { guardOutput } from "./guard-output.ts";
import { createProgram } from "./program.ts";

guardOutput();
await (await createProgram(process.argv[2])).parseAsync();
