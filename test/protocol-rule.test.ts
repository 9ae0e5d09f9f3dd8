import assert from "node:assert/strict";
import { test } from "node:test";
import { importsOf, sourceFiles, targetOf } from "./support/source-files.ts";

/*
 * Nothing outside a folder or file named for a protocol knows of one: what both protocols have in
 * common stands in front, what belongs to one of them in dhcp4 or dhcp6. Some rooms are about
 * addresses and packets of every kind, a DNS name has addresses of both, an address is a value that
 * options of either may have, lease files of other servers hold leases of both, and the index of a
 * room, which is a public entry, names all that it has.
 */

const ELSEWHERE = /^(?:(?:cli|config|dns|net|io|wire\/dns|wire\/frames|wire\/values|leases\/import)\/|[^/]*\/index\.ts$)/;
const OF_A_PROTOCOL = /(?:^|\/)dhcp[46](?:\/|\.ts$)/;

/**
 * Where the protocols are put together: the server that runs them, what looks at its options, the thread that shows messages of
 * both to hooks, and what reads older formats of the database, in which there was only one.
 */
const ASSEMBLY: readonly string[] = [
  "server/server.ts",
  "server/checked-options.ts",
  "server/plan.ts",
  "server/hooks/worker.ts",
  "server/leases/forms.ts",
  "store/sqlite/rows.ts",
  "store/sqlite/schema.ts",
];

/** Files that still do, each to be mended: this list only gets shorter. */
const STILL: readonly string[] = [];

/** Identifiers with an address family in them, comments aside. */
function namesFamily(source: string): boolean {
  return /Ipv[46]/.test(source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""));
}

test("only what is named for a protocol names IPv4 or IPv6 addresses, or imports what is named for a protocol", async () => {
  const files = sourceFiles();
  const imports = await importsOf(files);
  const found = [...files]
    .filter(([path]) => !ELSEWHERE.test(path) && !OF_A_PROTOCOL.test(path) && !ASSEMBLY.includes(path))
    .filter(([path, source]) => namesFamily(source) || imports.get(path)?.some((one) => OF_A_PROTOCOL.test(targetOf(path, one))))
    .map(([path]) => path)
    .sort();
  const added = found.filter((path) => !STILL.includes(path));
  assert.deepEqual(added, [], "move what they need of a protocol into dhcp4, or take it as an argument");
  const mended = STILL.filter((path) => !found.includes(path));
  assert.deepEqual(mended, [], "they no longer do: take them off the list");
});

test("a name in a comment is none", () => {
  assert.equal(namesFamily("/** An Ipv4 of\n * Ipv4 */\nconst a = 1; // Ipv4"), false);
  assert.equal(namesFamily("const a = formatIpv4(b); // Ipv4"), true);
  assert.equal(namesFamily("const a: Ipv6Prefix = b;"), true);
});
