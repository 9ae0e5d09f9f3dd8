import type { AddedReservation, AddedResult } from "../added.ts";
import { buildConfig } from "../load.ts";
import type { Diagnostic, Path } from "../text/diagnostic.ts";
import { isError, type Position } from "../text/problems.ts";
import { type Finding, noteOf, type Translation } from "./translation.ts";

/**
 * The configuration that a translation means. What can't be carried over and matters makes it fail,
 * as do problems of what it became; each names the line of the file that was translated. `added`:
 * reservations beside those of the file.
 */
export function buildTranslation(translation: Translation, added: readonly AddedReservation[] = []): AddedResult {
  const findings = translation.findings.map(findingDiagnostic);
  const built = buildConfig(translation.value, (path) => originOf(translation, path), added);
  if (built.ok && !findings.some(isError)) return { ...built, warnings: [...findings, ...built.warnings] };
  // What is missing in all may be what could not be carried over.
  const problems = (built.ok ? built.warnings : built.diagnostics).filter(({ severity, path }) => severity === "error" || path.length > 0);
  return { ok: false, diagnostics: [...findings, ...problems] };
}

/** A finding as one says it of a file. */
export function findingDiagnostic({ severity, origin, message, hint }: Finding): Diagnostic {
  return { severity, ...origin, path: [], message, hint };
}

/** The place of the closest part that is around a path and whose origin is known. */
export function originOf({ value, notes }: Translation, path: Path): Position {
  let origin: Position = { line: 0, column: 0 };
  let holder: unknown = value;
  for (const key of path) {
    if (typeof holder !== "object" || holder === null) break;
    origin = noteOf(notes, holder, key)?.origin ?? origin;
    holder = (holder as Readonly<Record<string | number, unknown>>)[key];
  }
  return origin;
}
