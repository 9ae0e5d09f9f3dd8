import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { addNote, createNotes, type Finding, type PlainMap } from "../../../src/config/import/translation.ts";
import { writeTranslation } from "../../../src/config/import/write.ts";
import { buildConfig, loadConfig } from "../../../src/config/load.ts";
import { printConfig } from "../../../src/config/print.ts";

const NOTHING_KNOWN = { notes: createNotes(), findings: [], sources: new Map() };

test("a file that a person would have written: order, lines, quotes, durations, comments", () => {
  const notes = createNotes();
  const printer = { match: { chaddr: "00:11:22:33:44:55" }, ip: "10.0.0.5", hostname: "printer" };
  const door = { match: { client_id: "'door'" }, ip: "10.0.0.6", hostname: "door", file_name: "a-boot-file-whose-name/is-long/enough.img" };
  const reservations = [printer, door];
  const options = { 224: { type: "str", value: "001122" }, routers: "10.0.0.1" };
  const networks = {
    "10.0.0.0/24": { reservations, options, ranges: [{ range: "10.0.0.10-10.0.0.20" }, { class: "x", range: "10.0.0.30-10.0.0.40" }] },
    "10.0.1.0/24": { ranges: [{ range: "10.0.1.1-10.0.1.3" }], config: { lease_time: { default: 43200, min: 60, max: 86400 } } },
  };
  const value: PlainMap = {
    networks,
    v6: {
      networks: {
        "2001:db8::/64": {
          prefix_pools: [{ delegated_length: 60, prefix: "2001:db8:1::/48" }],
          ranges: [{ prefix: "2001:db8:0:0:1::/80" }],
        },
      },
    },
    options: { domain_name_servers: ["10.0.0.1", "10.0.0.2"], domain_name: "no", root_path: "a\nb" },
    config: { lease_time: 86400 },
    shared_networks: { floor: ["10.0.0.0/24", "10.0.1.0/24"] },
    interfaces: ["eth0"],
    authoritative: true,
  };
  addNote(notes, networks, "10.0.0.0/24", { comment: ["The first floor"], behind: "for now" });
  addNote(notes, reservations, 0, { behind: "in the hall" });
  addNote(notes, reservations, 1, { comment: ["The door,", "", "which is new\u0000\n- and more"] });
  addNote(notes, options, "routers", { comment: ["the old one"], behind: "until May" });
  const findings: Finding[] = [
    { severity: "error", origin: { file: "dhcpd.conf", line: 3, column: 1 }, message: "failover is not carried over" },
    { severity: "warning", origin: { file: "more.conf", line: 4, column: 1 }, message: "omapi-port needs no counterpart" },
  ];
  const header = ["Converted from dhcpd.conf."];
  assert.equal(writeTranslation({ value, notes, findings, sources: new Map() }, header), GOLDEN);
});

const GOLDEN = `# Converted from dhcpd.conf.
#
# What was not carried over, or not as it was:
# - dhcpd.conf:3: error: failover is not carried over
# - more.conf:4: omapi-port needs no counterpart

interfaces: [eth0]
authoritative: true

config:
  lease_time: 1d

options:
  domain_name_servers: [10.0.0.1, 10.0.0.2]
  domain_name: "no"
  root_path: "a\\nb"

shared_networks:
  floor: [10.0.0.0/24, 10.0.1.0/24]

networks:
  # The first floor
  # for now
  10.0.0.0/24:
    options:
      224: { type: str, value: "001122" }
      # the old one
      routers: 10.0.0.1 # until May
    ranges:
      - range: 10.0.0.10-10.0.0.20
      - range: 10.0.0.30-10.0.0.40
        class: x
    reservations:
      - { hostname: printer, ip: 10.0.0.5, match: { chaddr: "00:11:22:33:44:55" } } # in the hall
      # The door,
      #
      # which is new
      # - and more
      - hostname: door
        ip: 10.0.0.6
        match: { client_id: "'door'" }
        file_name: a-boot-file-whose-name/is-long/enough.img

  10.0.1.0/24:
    config: { lease_time: { default: 12h, min: 1m, max: 1d } }
    ranges:
      - range: 10.0.1.1-10.0.1.3

v6:
  networks:
    2001:db8::/64:
      ranges:
        - prefix: "2001:db8:0:0:1::/80"
      prefix_pools:
        - { prefix: "2001:db8:1::/48", delegated_length: 60 }
`;

test("an empty translation is a comment", () => {
  assert.equal(writeTranslation({ value: {}, ...NOTHING_KNOWN }, ["Converted."]), "# Converted.\n\n");
});

const FILES = ["home", "home6", "names", "netboot", "office", "quickstart"].map((name) => `examples/${name}.yaml`);

for (const file of [...FILES, "test/config/files/dora.yaml"]) {
  test(`${file}, written anew, is the same configuration`, () => {
    const value = parse(readFileSync(file, "utf8"), { merge: true });
    const built = buildConfig(value);
    const written = loadConfig(writeTranslation({ value, ...NOTHING_KNOWN }, []), "x.yaml");
    assert.ok(built.ok && written.ok, JSON.stringify({ built, written }, undefined, 1));
    assert.equal(printConfig(written.config), printConfig(built.config));
  });
}

test("whatever the value and its comments are, YAML reads the value back", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("yes", "~", "1e3", "0x10", "- a", "#", "a: b", "'", "012", "12:30", "!x", "a #b"),
  );
  const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  // Only such keys as stand in our files: those of maps of names, too.
  const key = fc.oneof(
    text.filter((name) => name !== "__proto__" && name !== "<<"),
    fc.constantFrom("2001:db8::/64", "10.0.0.0/8", "224"),
  );
  const { value } = fc.letrec<{ value: unknown; map: Record<string, unknown> }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie("value"), { maxLength: 4 }), tie("map")),
    map: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  }));
  const comments = fc.infiniteStream(
    fc.record({ comment: fc.option(fc.array(text, { maxLength: 2 }), { nil: undefined }), behind: fc.option(text, { nil: undefined }) }),
  );
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 5 }), comments, (file, stream) => {
      const notes = createNotes();
      const visit = (part: unknown): void => {
        if (typeof part !== "object" || part === null) return;
        for (const [name, inner] of Object.entries(part)) {
          const { comment, behind } = stream.next().value;
          addNote(notes, part, Array.isArray(part) ? Number(name) : name, {
            ...(comment && { comment }),
            ...(behind !== undefined && { behind }),
          });
          visit(inner);
        }
      };
      visit(file);
      // Durations are written as text.
      const read = parse(writeTranslation({ value: { zones: file }, notes, findings: [], sources: new Map() }, []));
      assert.deepEqual(read, JSON.parse(JSON.stringify({ zones: file })));
    }),
    { numRuns: 400 },
  );
});

test("a key that would merge maps is quoted", () => {
  const value = { shared_networks: { "<<": ["10.0.0.0/24"] } };
  assert.equal(
    writeTranslation({ value, notes: createNotes(), findings: [], sources: new Map() }, []),
    'shared_networks:\n  "<<": [10.0.0.0/24]\n',
  );
});
