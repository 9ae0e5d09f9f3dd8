import { createRequire } from "node:module";
import { startApi } from "../../src/api/start.ts";
import { NO_LOG } from "../../src/server/log.ts";
import { asked, SPEC } from "./support.ts";

/*
 * A program of its own that starts the API where the system refuses setpriority(2), as the unit for
 * systemd has it (x64).
 */

const PR_SET_NO_NEW_PRIVS = 38;
const SYS_SECCOMP = 317;
const SYS_SETPRIORITY = 141;
const EPERM = 1;

/** Code, jumps where true and false, operand. */
type Instruction = readonly [number, number, number, number];

const FILTER: readonly Instruction[] = [
  [0x20, 0, 0, 0], // the number of the system call
  [0x15, 0, 1, SYS_SETPRIORITY],
  [0x06, 0, 0, 0x00050000 | EPERM],
  [0x06, 0, 0, 0x7fff0000],
];

const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
const libc = koffi.load(null);
const prctl = libc.func("int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)");
const syscall = libc.func("long syscall(long number, long a, long b, void *c)");
const code = new DataView(new ArrayBuffer(8 * FILTER.length));
for (const [i, [operation, whenTrue, whenFalse, operand]] of FILTER.entries()) {
  code.setUint16(8 * i, operation, true);
  code.setUint8(8 * i + 2, whenTrue);
  code.setUint8(8 * i + 3, whenFalse);
  code.setUint32(8 * i + 4, operand, true);
}
const program = new DataView(new ArrayBuffer(16));
const bytes = new Uint8Array(code.buffer);
program.setUint16(0, FILTER.length, true);
program.setBigUint64(8, BigInt(koffi.address(bytes)), true);
if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0 || syscall(SYS_SECCOMP, 1, 1, new Uint8Array(program.buffer)) !== 0)
  throw new Error("no filter can be set");

// The thread does not keep a process alive.
const alive = setInterval(() => {}, 1000);
const api = await startApi({ spec: SPEC, version: "1", configuration: "c.yaml", database: undefined, answer: asked().answer, log: NO_LOG });
process.stdout.write(`${api.at.length} listener\n`);
await api.close();
clearInterval(alive);
