import { didYouMean } from "../../text/suggest.ts";
import { createNotes, type Files, inOrder, noteOf, type PlainMap, type Translation } from "../translation.ts";
import { FAMILY4, FAMILY6 } from "./family.ts";
import { type Document, type Part, readDocument } from "./json.ts";
import { readNameServers } from "./name-servers.ts";
import { readNames } from "./names.ts";
import { commentOf, isEmpty, noteFrom, put, report, type Section, sectionOf, type Work } from "./section.ts";
import { translateSection } from "./section-dhcp.ts";
import type { Times } from "./times.ts";

/** A file of Kea's. */
export interface KeaText {
  readonly text: string;
  readonly name: string;
}

/** The section of kea-dhcp-ddns. */
const NAMES = "DhcpDdns";

/** Sections of other programs of Kea's. */
const OTHERS: Readonly<Record<string, readonly [message: string, hint?: string]>> = {
  "Control-agent": ["the server has a control socket of its own", "leasehold status, leasehold reload and leasehold leases use it"],
  Logging: ["there is one log, on standard output", "its level is log: {level}"],
  Netconf: ["there is no NETCONF agent"],
};

/** Translates a configuration of Kea's. */
export function translate(text: string, name: string, files: Files): Translation {
  return translateTogether([{ text, name }], files);
}

/** Translates several files of Kea's, such as one with `Dhcp4` and one with `Dhcp6`, into one. */
export function translateTogether(texts: readonly KeaText[], files: Files): Translation {
  const work: Work = { notes: createNotes(), findings: [] };
  const documents = texts.map(({ text, name }) => readDocument(text, name, files));
  const sections = new Map<string, Part>();
  const header: string[] = [];
  for (const document of documents) {
    work.findings.push(...document.findings);
    header.push(...document.header);
    collect(document, sections, work);
  }
  const value: PlainMap = {};
  let times: Times | undefined;
  const named: Section[] = [];
  for (const family of [FAMILY4, FAMILY6]) {
    const part = sections.get(family.section);
    const section = part && sectionOf(part, work, `"${family.section}"`);
    if (section === undefined) continue;
    if (family === FAMILY4) header.push(...commentOf(section));
    times = translateSection(section, family, value, times);
    named.push(section);
  }
  writeNames(named, sections.get(NAMES), value, work);
  const [first] = Object.keys(value);
  if (first !== undefined && header.length > 0) {
    const note = noteOf(work.notes, value, first);
    const origin = note?.origin ?? { file: (texts[0] as KeaText).name, line: 1, column: 1 };
    noteFrom(work, value, first, origin, [...header, ...(note?.comment ?? [])], note?.behind);
  }
  const sources = new Map(documents.flatMap((document) => [...document.sources]));
  return { value, notes: work.notes, findings: inOrder(work.findings, [...sources.keys()]), sources };
}

/** `ddns` of what the servers say of names, and kea-dhcp-ddns of those that are told. */
function writeNames(sections: readonly Section[], servers: Part | undefined, value: PlainMap, work: Work): void {
  const ddns: PlainMap = {};
  const wanted = sections.flatMap((section) => readNames(section, servers !== undefined, ddns) ?? []);
  const section = servers && sectionOf(servers, work, `"${NAMES}"`);
  const isUnused = sections.length > 0 && wanted.length === 0;
  if (section !== undefined && isUnused)
    report(work, "warning", section.part.at, `"${NAMES}": no server of this file tells it of names: enable-updates is not true`);
  else if (section !== undefined) readNameServers(section, ddns);
  const [first = servers] = wanted;
  if (isEmpty(ddns) || first === undefined) return;
  put(work, value, "ddns", ddns);
  const comment = [...wanted.flatMap((part) => part.comment), ...(section === undefined ? [] : commentOf(section))];
  noteFrom(work, value, "ddns", first.at, comment, first.behind);
}

function collect({ root }: Document, sections: Map<string, Part>, work: Work): void {
  if (root === undefined) return;
  for (const [key, part] of root.entries) {
    const other = Object.hasOwn(OTHERS, key) ? OTHERS[key] : undefined;
    if (key === FAMILY4.section || key === FAMILY6.section || key === NAMES) {
      if (sections.has(key)) report(work, "error", part.at, `there are two sections "${key}"`, "translate them one by one");
      else sections.set(key, part);
    } else if (other !== undefined) report(work, "warning", part.at, `"${key}": ${other[0]}`, other[1]);
    else
      report(
        work,
        "error",
        part.at,
        `unknown section "${key}"`,
        didYouMean(key, ["Dhcp4", "Dhcp6", NAMES, ...Object.keys(OTHERS)]) ?? "Kea's sections are Dhcp4, Dhcp6 and DhcpDdns",
      );
  }
}
