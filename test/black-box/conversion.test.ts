import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { translateTexts } from "../../src/config/file.ts";
import { buildTranslation } from "../../src/config/import/build.ts";
import { FORMATS, type Format } from "../../src/config/import/formats.ts";
import { writeTranslation } from "../../src/config/import/write.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import { formatIpv4, type Ipv4 } from "../../src/net/ipv4.ts";
import { formatIpv6 } from "../../src/net/ipv6.ts";
import { type Answers, compare } from "../support/conversion/answers.ts";
import { ask, serverAddress, triggers } from "../support/conversion/dhcp4.ts";
import { ask6, serverAddress6 } from "../support/conversion/dhcp6.ts";
import { unintended } from "../support/conversion/differences.ts";
import { readExtras } from "../support/conversion/extras.ts";
import { serveIn } from "../support/conversion/leasehold.ts";
import { NOT_RUN, OLD_SERVERS, PROBED, SILENT } from "../support/conversion/old-servers.ts";
import { createPlace, type Place } from "../support/conversion/place.ts";
import { temporaryFolder } from "../support/leasehold-process.ts";
import { createLab, type Lab } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";

/*
 * Each file is served by the server that it was written for and, converted, by Leasehold, each in a
 * place of its own that looks the same; both are asked the same, and their answers are compared.
 */

const ROOT = process.env.CONVERSION_FILES ?? fileURLToPath(new URL("../config/import", import.meta.url));
/** Places at a time. */
const AT_A_TIME = 6;

interface Case {
  readonly format: Format;
  readonly name: string;
  readonly file: string;
}

const only = process.env.CONVERSION_ONLY;
const cases: readonly Case[] = FORMATS.flatMap((format) => {
  const folder = join(ROOT, format.name, "files");
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /\.(conf|json)$/.test(name) && !/\.packets\.json$/.test(name));
  return names.map((name) => ({ format, name, file: join(folder, name) }));
}).filter(({ file }) => only === undefined || file.includes(only));

/** What became of a file. "skipped": a program is missing here, which `requirePrograms` has said. */
type Outcome = "compared" | "refused" | "not run" | "skipped";

test("what is converted answers as what it was converted from", { concurrency: AT_A_TIME }, async (t) => {
  if (!requireNamespaces(t)) return;
  const outcomes = new Map<string, Outcome>();
  await Promise.all(
    cases.map((one) => {
      const name = `${one.format.name}/${one.name}`;
      return t.test(name, async (inner) => void outcomes.set(name, await prove(inner, one)));
    }),
  );
  const of = (outcome: Outcome): string[] => [...outcomes].filter(([, its]) => its === outcome).map(([name]) => name);
  for (const outcome of ["compared", "refused", "not run"] as const) {
    t.diagnostic(`${of(outcome).length} ${outcome}${outcome === "compared" ? "" : `: ${of(outcome).join(", ")}`}`);
  }
  const listed = Object.keys(NOT_RUN).filter((name) => outcomes.has(name) && outcomes.get(name) !== "skipped");
  assert.deepEqual(of("not run").sort(), listed.sort());
});

async function prove(t: TestContext, { format, name, file }: Case): Promise<Outcome> {
  const old = OLD_SERVERS[format.name];
  if (old === undefined || !requirePrograms(t, ...old.programs)) return "skipped";
  const reason = NOT_RUN[`${format.name}/${name}`];
  if (reason !== undefined) return "not run";
  const written = readFileSync(file, "utf8");
  const alone = old.alone?.(written) ?? written;
  const isProbed = PROBED.has(`${format.name}/${name}`);
  const text = isProbed ? alone : (old.quick?.(alone) ?? alone);
  const translation = translateTexts([{ name: file, text }], format);
  if (!buildTranslation(translation).ok) {
    assertRefused(file, written, format);
    return "refused";
  }
  const yaml = writeTranslation(translation, []);
  const loaded = loadConfig(yaml, "converted.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { config } = loaded;
  const lab = createLab(t);
  const own = old.addresses?.(text) ?? [];
  const [theirPlace, ourPlace] = [await openPlace(t, lab, "old", config, own), await openPlace(t, lab, "new", config, own)];
  const [programs] = await Promise.all([
    old.start(lab, theirPlace, file, text, config, temporaryFolder(t), deviceOf(config)),
    serveIn(ourPlace.server.name, yaml).then((stop) => t.after(stop)),
  ]);
  const extras = [...triggers(classesOf(translation.value)), ...readExtras(file)];
  const address = serverAddress(config, own)?.address ?? 0;
  const own6 = serverAddress6(config)?.address;
  const askAll = async (place: Place): Promise<Answers> =>
    new Map([...(await Promise.all([ask(config, place, address, extras), ask6(config, place, own6)]))].flatMap((answers) => [...answers]));
  const since = performance.now();
  const [theirs, ours] = await Promise.all([askAll(theirPlace), askAll(ourPlace)]);
  const differences = unintended(compare(theirs, ours, (performance.now() - since) / 1000), format.name, name);
  for (const program of programs) await program.end("SIGKILL");
  if (differences.length > 0 && process.env.CONVERSION_LOG) t.diagnostic(programs.map((program) => program.output()).join("\n"));
  assert.deepEqual(differences.map(describe), []);
  const isSilent = [...theirs.values()].every((answer) => answer === undefined);
  assert.equal(isSilent, SILENT.has(`${format.name}/${name}`), "whether the old server answers nothing at all");
  if (isProbed) for (const place of [theirPlace, ourPlace]) assert.ok(place.probed.size > 0, "no address was probed");
  return "compared";
}

/** Each error has its line, and stands in the file that `leasehold convert` writes. */
function assertRefused(file: string, text: string, format: Format): void {
  const { findings } = translateTexts([{ name: file, text }], format);
  const errors = findings.filter(({ severity }) => severity === "error");
  assert.notDeepEqual(errors, [], "refused without a finding that says why");
  const golden = readFileSync(file.replace(/\.[a-z]+$/, ".yaml"), "utf8");
  for (const { origin, message } of errors) {
    const line = `${basename(origin.file)}:${origin.line}: error: ${message}`;
    assert.ok(golden.includes(line), `not in its conversion: ${line}`);
  }
}

function describe({ asked, field, theirs, ours }: ReturnType<typeof compare>[number]): string {
  return `${asked}: ${field}: ${theirs || "none"} -> ${ours || "none"}`;
}

function deviceOf(config: Config): string {
  return config.interfaces[0]?.name ?? config.dhcp6?.interfaces[0]?.name ?? "eth0";
}

async function openPlace(t: TestContext, lab: Lab, label: string, config: Config, own: readonly Ipv4[]): Promise<Place> {
  const device = deviceOf(config);
  const links = [...config.links, ...(config.dhcp6?.links ?? [])];
  const named = new Map<string, string | undefined>(links.flatMap((one) => one.interfaces).map((name) => [name, undefined]));
  for (const { name, address } of config.interfaces) named.set(name, address === undefined ? undefined : formatIpv4(address));
  for (const { name, address } of config.dhcp6?.interfaces ?? [])
    named.set(name, address === undefined ? named.get(name) : formatIpv6(address));
  named.delete(device);
  const place = await createPlace(lab, label, { device, others: named, ipv4: serverAddress(config, own), ipv6: serverAddress6(config) });
  t.after(() => place.close());
  return place;
}

function classesOf(value: Readonly<Record<string, unknown>>): readonly { readonly name: string; readonly assert?: string }[] {
  const classes = value.client_classes as { readonly v4?: readonly { readonly name: string; readonly assert?: string }[] } | undefined;
  return classes?.v4 ?? [];
}
