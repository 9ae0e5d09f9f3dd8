import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { printConfig } from "../../../src/config/print.ts";
import { inNetwork, load, problemsOf } from "../load.ts";

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
    [inNetwork("reservations: [{match: {remote_id: '01'}, class: phones}]"), ['4:54 there is no class "phones"']],
    [
      inNetwork("reservations: [{match: {remote_id: '01'}, class: KNOWN}]"),
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

const bare = (name: string): string => `{name: ${name}}`;
const template = (name: string, assertion: string): string => `{name: ${name}, template: true, assert: "${assertion}"}`;
const names = (list: readonly { readonly name: string }[] = []): readonly string[] => list.map(({ name }) => name);

test("what reservations give, and what depends on it, is evaluated when the reservation is known", () => {
  const { classification, networks } = load(
    [
      "reservations: [{match: {remote_id: '02'}, classes: [both]}]",
      classes(one("after", "member('given')"), bare("given"), one("both", "true"), one("early", "true")),
      inNetwork("class: after", "reservations: [{match: {remote_id: '01'}, classes: [given, both], class: early}]"),
    ].join("\n"),
  );
  assert.deepEqual(names(classification?.early), ["early"]);
  assert.deepEqual(names(classification?.late), ["after", "both"]);
  assert.equal(classification?.needsReservation, true);
  assert.deepEqual(
    networks[0]?.reservations.flat().map((reservation) => reservation.classes),
    [[1, 2], [2]],
  );
});

test("without reservations that give classes, nobody looks for one", () => {
  assert.equal(load(classes(one("a", "true"))).classification?.needsReservation, false);
  assert.equal(load(classes(one("a", "known"))).classification?.needsReservation, true);
});

test("only the classes of a template that the file names have a number", () => {
  const { classification, networks } = load(
    [
      classes(
        one("user", "member('SPAWN_port_x') and not member('SPAWN_port_y_z')"),
        template("port", "relay4[1].hex"),
        template("port_y", "relay4[2].hex"),
        bare("SPAWN_port_w"),
      ),
      inNetwork("class: SPAWN_port_x", "deny_class: SPAWN_port_w"),
    ].join("\n"),
  );
  assert.deepEqual(names(classification?.early), ["port", "port_y", "user"]);
  assert.deepEqual(
    classification?.builtIns.map(({ number, name, kind }) => [number, name, kind]),
    [
      [4, "SPAWN_port_x", "SPAWNED"],
      [5, "SPAWN_port_y_z", "SPAWNED"],
    ],
  );
  const value = (text: string): Uint8Array => new TextEncoder().encode(text);
  const [, port, longer] = classification?.classes ?? [];
  assert.deepEqual(
    [port?.template?.spawned, longer?.template?.spawned],
    [
      [
        { value: value("w"), number: 3 },
        { value: value("x"), number: 4 },
        { value: value("y_z"), number: 5 },
      ],
      [{ value: value("z"), number: 5 }],
    ],
  );
  assert.deepEqual(networks[0]?.guard, { allowed: 4, denied: 3 });
});

test("a template that depends on the reservation spawns late", () => {
  const { classification } = load(
    classes(one("user", "member('SPAWN_t_yes')"), template("t", "ifelse(known, 'yes', 'no')"), template("early", "option[12].text")),
  );
  assert.deepEqual(names(classification?.early), ["early"]);
  assert.deepEqual(names(classification?.late), ["t", "user"]);
});

test("what is wrong with given classes and templates is told at its place", () => {
  const host = (keys: string): string => inNetwork(`reservations: [{match: {remote_id: '01'}, ${keys}}]`);
  for (const [text, problems, hint] of [
    [host("classes: [phone]"), ['4:57 there is no class "phone"'], "classes are defined in client_classes: {v4: [{name, assert}]}"],
    [`${classes(bare("phones"))}\n${host("classes: [phones, phone]")}`, ['5:65 there is no class "phone"'], 'did you mean "phones"?'],
    [
      `${classes(bare("phones"))}\n${inNetwork("reservations: [{match: {remote_id: '01'}, classes: [phone]}]")}`,
      ['1:24 warning: nobody is in the class "phones"', '5:57 there is no class "phone"'],
      "give it an assert, or list it in the classes of a reservation",
    ],
    [host("classes: [DROP]"), ['4:57 there is no class "DROP"'], "add {name: DROP} to client_classes"],
    [host("classes: phones"), ['4:56 expected a list of names of classes, got "phones"'], "write a list: classes: [phones]"],
    [host("classes: [KNOWN]"), ['4:57 the server itself decides who is in the class "KNOWN"'], "name a class of client_classes"],
    [
      `${classes(bare("a"), one("b", "member('a')"))}\n${host("classes: [a], class: b")}`,
      ['5:68 the class "b" depends on whether the client has a reservation'],
      "a client is KNOWN, or in one of the classes of a reservation, when it has one: use a class that does not depend on that",
    ],
    [
      `${classes(one("a", "true"))}\n${host("classes: [a], deny_class: a")}`,
      ['5:73 the class "a" depends on whether the client has a reservation'],
      "a client is KNOWN, or in one of the classes of a reservation, when it has one: use a class that does not depend on that",
    ],
    [
      classes("{name: a, template: true}"),
      ['1:43 the template "a" has no assert'],
      "give the value that tells its classes apart: assert: relay4[1].hex",
    ],
    [
      classes(template("a", "option[12].exists")),
      ["1:57 expected a value, got a condition (at character 1 of the expression)"],
      "ifelse(condition, 'yes', 'no') makes a value of a condition",
    ],
    [inNetwork("class: SPAWN_a_b"), ['4:12 there is no class "SPAWN_a_b"'], "SPAWN_name_value is of the class name with template: true"],
    [
      `${classes(template("a", "option[12].text"))}\n${inNetwork("class: SPAWN_a_")}`,
      ['5:12 there is no class "SPAWN_a_"'],
      "SPAWN_name_value is of the class name with template: true",
    ],
    [
      classes(template("a", "option[12].text"), one("SPAWN_a_b", "true")),
      ['1:103 the template "a" tells who is in the class "SPAWN_a_b"'],
      "leave out assert, or rename the class",
    ],
    [
      classes(template("a", "ifelse(member('SPAWN_a_b'), 'b', 'c')")),
      ['1:57 classes depend on each other in a circle: "a", "a"'],
      "one of them has to do without member()",
    ],
  ] as const) {
    const ofNetworks = /ranges|no addresses|nobody can/;
    assert.deepEqual(
      problemsOf(text).filter((problem) => !ofNetworks.test(problem)),
      problems,
      text,
    );
    const result = loadConfig(text, "test.yaml");
    assert.equal((result.ok ? result.warnings : result.diagnostics)[0]?.hint, hint, text);
  }
});

test("a class whose assert was misspelled or refused is not said to be empty as well", () => {
  for (const [entry, problem] of [
    ['{name: a, asert: "true"}', '1:33 unknown key "asert"'],
    ["{name: a, assert: 5}", "1:41 expected"],
    ['{name: a, assert: "tru"}', "1:41 unknown word tru"],
  ] as const) {
    const problems = problemsOf(classes(entry)).filter((one) => !one.includes("no networks"));
    assert.equal(problems.length, 1, problems.join());
    assert.ok(problems[0]?.startsWith(problem), problems[0]);
  }
  const neighbours = problemsOf(classes('{name: a, asert: "true"}', bare("b")));
  assert.ok(neighbours.includes('1:50 warning: nobody is in the class "b"'), neighbours.join());
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
    - {name: port, template: true, assert: "relay4[1].hex", options: {domain_name: port}}
    - {name: SPAWN_port_7, config: {lease_time: 20m}}
    - {name: staff, options: {log_servers: 10.0.0.9}}
networks:
  10.0.0.0/24:
    class: ALL
    next_server: 10.0.0.2
    options: {routers: 10.0.0.1}
    ranges: [{range: 10.0.0.10-10.0.0.19, class: guest}, {range: 10.0.0.20-10.0.0.29, deny_class: guest, config: {lease_time: 2h}}]
    reservations: [{match: {remote_id: "01"}, class: pxe, deny_class: VENDOR_CLASS_x, file_name: top.img, classes: [staff]}]
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
