import { guardOutput } from "./guard-output.ts";
import { createProgram } from "./program.ts";

guardOutput();
await createProgram().parseAsync();
