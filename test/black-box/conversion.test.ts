import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { translateTexts } from "../../src/config/file.ts";
import { buildTranslation } from "../../src/config/import/build.ts";
import { FORMATS, type Format } from "../../src/config/import/formats.ts";
import { writeTranslation } from "../../src/config/import/write.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import { formatIpv4 } from "../../src/net/ipv4.ts";
import { formatIpv6 } from "../../src/net/ipv6.ts";
import { type Answers, compare } from "../support/conversion/answers.ts";
import { ask, serverAddress, triggers } from "../support/conversion/dhcp4.ts";
import { ask6, serverAddress6 } from "../support/conversion/dhcp6.ts";
import { unintended } from "../support/conversion/differences.ts";
import { readExtras } from "../support/conversion/extras.ts";
import { serveIn } from "../support/conversion/leasehold.ts";
import { NOT_RUN, OLD_SERVERS } from "../support/conversion/old-servers.ts";
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
const AT_A_TIME = 3;

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

test("what is converted answers as what it was converted from", { concurrency: AT_A_TIME }, async (t) => {
  if (!requireNamespaces(t)) return;
  await Promise.all(cases.map((one) => t.test(`${one.format.name}/${one.name}`, (inner) => prove(inner, one))));
});

async function prove(t: TestContext, { format, name, file }: Case): Promise<void> {
  const old = OLD_SERVERS[format.name];
  if (old === undefined || !requirePrograms(t, ...old.programs)) return;
  const reason = NOT_RUN[`${format.name}/${name}`];
  if (reason !== undefined) return t.diagnostic(`not run: ${reason}`);
  const written = readFileSync(file, "utf8");
  const text = old.quick?.(written) ?? written;
  const translation = translateTexts([{ name: file, text }], format);
  const built = buildTranslation(translation);
  // Not a skip: there is nothing that is missing here.
  if (!built.ok) return t.diagnostic("not run: not all of it is carried over, so it is not served");
  const yaml = writeTranslation(translation, []);
  const loaded = loadConfig(yaml, "converted.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { config } = loaded;
  const lab = createLab(t);
  const [theirPlace, ourPlace] = [await openPlace(t, lab, "old", config), await openPlace(t, lab, "new", config)];
  const [programs] = await Promise.all([
    old.start(lab, theirPlace, file, text, config, temporaryFolder(t), deviceOf(config)),
    serveIn(ourPlace.server.name, yaml).then((stop) => t.after(stop)),
  ]);
  const extras = [...triggers(classesOf(translation.value)), ...readExtras(file)];
  const address = serverAddress(config)?.address ?? 0;
  const own6 = serverAddress6(config)?.address;
  const askAll = async (place: Place): Promise<Answers> =>
    new Map([...(await Promise.all([ask(config, place, address, extras), ask6(config, place, own6)]))].flatMap((answers) => [...answers]));
  const [theirs, ours] = await Promise.all([askAll(theirPlace), askAll(ourPlace)]);
  const differences = unintended(compare(theirs, ours), format.name, name);
  for (const program of programs) await program.end("SIGKILL");
  if (differences.length > 0 && process.env.CONVERSION_LOG) t.diagnostic(programs.map((program) => program.output()).join("\n"));
  assert.deepEqual(differences.map(describe), []);
  assert.ok([...theirs.values()].some((answer) => answer !== undefined) || theirs.size === 0, "the old server answers nothing at all");
}

function describe({ asked, field, theirs, ours }: ReturnType<typeof compare>[number]): string {
  return `${asked}: ${field}: ${theirs || "none"} -> ${ours || "none"}`;
}

function deviceOf(config: Config): string {
  return config.interfaces[0]?.name ?? config.dhcp6?.interfaces[0]?.name ?? "eth0";
}

async function openPlace(t: TestContext, lab: Lab, label: string, config: Config): Promise<Place> {
  const device = deviceOf(config);
  const links = [...config.links, ...(config.dhcp6?.links ?? [])];
  const named = new Map<string, string | undefined>(links.flatMap((one) => one.interfaces).map((name) => [name, undefined]));
  for (const { name, address } of config.interfaces) named.set(name, address === undefined ? undefined : formatIpv4(address));
  for (const { name, address } of config.dhcp6?.interfaces ?? [])
    named.set(name, address === undefined ? named.get(name) : formatIpv6(address));
  named.delete(device);
  const place = await createPlace(lab, label, { device, others: named, ipv4: serverAddress(config), ipv6: serverAddress6(config) });
  t.after(() => place.close());
  return place;
}

function classesOf(value: Readonly<Record<string, unknown>>): readonly { readonly name: string; readonly assert?: string }[] {
  const classes = value.client_classes as { readonly v4?: readonly { readonly name: string; readonly assert?: string }[] } | undefined;
  return classes?.v4 ?? [];
}
