import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "commander";
import { createProgram } from "../../src/cli/program.ts";

/** The narrowest terminal that help is written for. */
const WIDTH = 80;

/** A command and those below it, each by what is typed for it. */
function* everyCommand(command: Command, typed: string): Generator<readonly [typed: string, command: Command]> {
  yield [typed, command];
  for (const one of command.commands) yield* everyCommand(one, `${typed} ${one.name()}`);
}

function helpOf(command: Command): string {
  const parts: string[] = [];
  command.configureOutput({ writeOut: (part) => void parts.push(part), getOutHelpWidth: () => WIDTH });
  command.outputHelp();
  return parts.join("");
}

const COMMANDS = [...everyCommand(await createProgram(), "leasehold")];

test("every command is here", () => {
  const names = COMMANDS.map(([typed]) => typed);
  for (const one of ["check", "dns names", "reservations add", "help"]) assert.ok(names.includes(`leasehold ${one}`), one);
});

for (const [typed, command] of COMMANDS) {
  test(`${typed} --help: it fits a terminal of ${WIDTH} columns, and says what things are`, () => {
    const help = helpOf(command);
    const lines = help.split("\n");
    assert.deepEqual(
      lines.filter((line) => line.length > WIDTH),
      [],
    );
    assert.ok(lines[0]?.startsWith(`Usage: ${typed}`), lines[0]);
    assert.doesNotMatch(help, /\(default: \[\]\)|undefined/);
    for (const { flags, description } of [...command.options, ...command.registeredArguments.map((one) => ({ flags: one.name(), ...one }))])
      assert.ok(description, `${flags} has no description`);
    const about = command.description();
    if (command.parent !== null) assert.match(about, /^[a-z].*[^.]$/, "a description goes on a line of a list");
  });
}
