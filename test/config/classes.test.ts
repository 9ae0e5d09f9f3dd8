import assert from "node:assert/strict";
import { test } from "node:test";
import { printConfig } from "../../src/config/print.ts";
import { inNetwork, load, problemsOf } from "./load.ts";

const classes = (...list: readonly string[]): string => `client_classes: {v4: [${list.join(", ")}]}`;
const one = (name: string, assertion: string): string => `{name: ${name}, assert: "${assertion}"}`;

test("classes are evaluated behind those that they depend on, whatever the order of the file", () => {
  const { classification } = load(
    classes(
      one("c", "member('b') or member('a')"),
      one("late", "known and member('c')"),
      one("b", "member('a')"),
      one("a", "true"),
      one("later", "not member('late')"),
    ),
  );
  const names = (list: readonly { readonly name: string }[] = []): readonly string[] => list.map(({ name }) => name);
  assert.deepEqual(names(classification?.classes), ["c", "late", "b", "a", "later"]);
  assert.deepEqual(names(classification?.early), ["a", "b", "c"]);
  assert.deepEqual(names(classification?.late), ["late", "later"]);
  assert.deepEqual(
    classification?.builtIns.map(({ number, name }) => [number, name]),
    [[5, "KNOWN"]],
  );
});

test("a file without classes has nothing to evaluate", () => {
  assert.equal(load(inNetwork("ranges: []")).classification, undefined);
});

test("what is wrong with classes is told at its place", () => {
  for (const [text, problems] of [
    [classes(one("a", "option[60].hex")), ["1:41 expected a condition, got a value (at character 1 of the expression)"]],
    [classes(one("a", "true and option[foo].exists")), ["1:41 unknown option foo (at character 17 of the expression)"]],
    [classes(one("a", "true or true true")), ["1:41 unexpected true after the end of the expression (at character 14 of the expression)"]],
    [classes(one("a", "member('b')")), ['1:41 there is no class "b" (at character 1 of the expression)']],
    [classes(one("a", "'x' == ifelse(member('b'), 'x', 'y')")), ['1:41 there is no class "b" (at character 15 of the expression)']],
    [classes(one("a", "member('a')")), ['1:41 classes depend on each other in a circle: "a", "a"']],
    [
      classes(one("a", "member('b')"), one("b", "not member('a')"), one("c", "member('a')")),
      ['1:41 classes depend on each other in a circle: "a", "b", "a"'],
    ],
    [classes(one("a", "true"), one("a", "false")), ['1:57 there is another class "a"']],
    [classes(one("ALL", "true")), ['1:30 "ALL" is a class that the server itself defines']],
    [classes(one("VENDOR_CLASS_x", "true")), ['1:30 "VENDOR_CLASS_x" is a class that the server itself defines']],
    [inNetwork("class: phones"), ['4:12 there is no class "phones"']],
    [inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9, deny_class: phones}]"), ['4:53 there is no class "phones"']],
    [inNetwork("reservations: [{match: {client_id: '01'}, class: phones}]"), ['4:54 there is no class "phones"']],
    [
      inNetwork("reservations: [{match: {client_id: '01'}, class: KNOWN}]"),
      ['4:54 the class "KNOWN" depends on whether the client has a reservation'],
    ],
  ] as const) {
    assert.deepEqual(
      problemsOf(text).filter((problem) => !problem.includes("warning")),
      problems,
      text,
    );
  }
});

test("a configuration with classes loads to the same again after printing", () => {
  const source = `
next_server: 10.0.0.2
file_name: top.img
config: {lease_time: 2h}
client_classes:
  v4:
    - {name: pxe, assert: "substring(option[60].hex, 0, 9) == 'PXEClient'", next_server: 10.0.0.2, file_name: pxe.img, options: {log_servers: 10.0.0.7}}
    - {name: guest, assert: "not known and member('ALL')", config: {lease_time: 10m}, server_name: guests}
networks:
  10.0.0.0/24:
    class: ALL
    next_server: 10.0.0.2
    options: {routers: 10.0.0.1}
    ranges: [{range: 10.0.0.10-10.0.0.19, class: guest}, {range: 10.0.0.20-10.0.0.29, deny_class: guest, config: {lease_time: 2h}}]
    reservations: [{match: {client_id: "01"}, class: pxe, deny_class: VENDOR_CLASS_x, file_name: top.img}]
  10.0.1.0/24: {options: {routers: 10.0.1.1}, ranges: [{range: 10.0.1.10-10.0.1.19}]}
`;
  const shape = (text: string): string => JSON.stringify({ ...load(text), classification: { ...load(text).classification } });
  const printed = printConfig(load(source));
  assert.equal(printConfig(load(printed)), printed);
  assert.equal(shape(printed), shape(source));
  const { networks } = load(printed);
  assert.equal(networks[0]?.boot.nextServerIsOwn, true);
  assert.equal(networks[1]?.boot.nextServerIsOwn, false);
});
