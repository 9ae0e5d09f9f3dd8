import { guardOutput } from "./guard-output.ts";
import { createProgram, inOrder } from "./program.ts";

guardOutput();
const typed = process.argv.slice(2);
const program = await createProgram(typed[0]);
await program.parseAsync(inOrder(program, typed), { from: "user" });
