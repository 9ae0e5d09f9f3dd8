import { formatPath, type Path } from "../text/diagnostic.ts";
import { addNote, createNotes, type Finding, type Notes, noteOf, type PlainMap, type Translation } from "./translation.ts";

/**
 * Several files as one configuration, such as one for each protocol. Maps are joined, lists follow
 * each other; where two files say different things of the same, the first one counts, and an error
 * says so.
 */
export function mergeTranslations(translations: readonly Translation[]): Translation {
  const [first] = translations;
  if (first !== undefined && translations.length === 1) return first;
  const notes = createNotes();
  const findings: Finding[] = [];
  const value: PlainMap = {};
  for (const translation of translations) {
    findings.push(...translation.findings);
    mergeMap(value, translation.value, [], { from: translation.notes, notes, findings });
  }
  return { value, notes, findings, sources: new Map(translations.flatMap(({ sources }) => [...sources])) };
}

interface Merging {
  /** Of the one that is merged in. */
  readonly from: Notes;
  readonly notes: Notes;
  readonly findings: Finding[];
}

function mergeMap(into: PlainMap, map: PlainMap, path: Path, merging: Merging): void {
  for (const [key, part] of Object.entries(map)) {
    const note = noteOf(merging.from, map, key);
    const there = into[key];
    if (there === undefined) {
      if (note !== undefined) addNote(merging.notes, into, key, note);
      into[key] = copy(part, merging);
    } else if (Array.isArray(there) && Array.isArray(part)) {
      const known = new Set(there.map((item) => JSON.stringify(item)));
      for (const [index, item] of part.entries()) {
        if (known.has(JSON.stringify(item))) continue;
        const ofItem = noteOf(merging.from, part, index);
        if (ofItem !== undefined) addNote(merging.notes, there, there.length, ofItem);
        there.push(copy(item, merging));
      }
    } else if (isMap(there) && isMap(part)) mergeMap(there, part, [...path, key], merging);
    else if (JSON.stringify(there) !== JSON.stringify(part)) {
      const other = noteOf(merging.notes, into, key)?.origin;
      const where = other === undefined ? "another file" : `${other.file}:${other.line}`;
      merging.findings.push({
        severity: "error",
        origin: note?.origin ?? other ?? { file: "", line: 0, column: 0 },
        message: `${where} has another value of what becomes \`${formatPath([...path, key])}\`, which holds once for all`,
        hint: "convert the files apart, or make the two alike",
      });
    }
  }
}

/** A copy of its own, whose notes go with it. */
function copy(part: unknown, merging: Merging): unknown {
  if (typeof part !== "object" || part === null) return part;
  const result: PlainMap | unknown[] = Array.isArray(part) ? [] : {};
  for (const [key, inner] of Object.entries(part)) {
    const place = Array.isArray(part) ? Number(key) : key;
    const note = noteOf(merging.from, part, place);
    if (note !== undefined) addNote(merging.notes, result, place, note);
    (result as PlainMap)[key] = copy(inner, merging);
  }
  return result;
}

function isMap(value: unknown): value is PlainMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
