import { KEA } from "./kea/format.ts";
import type { Files, Translation, Translator } from "./translation.ts";

/** A format of another server. */
export interface Format {
  /** What `--from` calls it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Whether the file is likely to be of this format, by its name and its text. */
  readonly isLikely: (name: string, text: string) => boolean;
  readonly translate: Translator;
  /** Several files that say together what one of Leasehold says; undefined: there are no such. */
  readonly translateTogether?: (texts: readonly { readonly text: string; readonly name: string }[], files: Files) => Translation;
}

/** Every format that can be translated; the first that finds a file likely gets it. */
export const FORMATS: readonly Format[] = [KEA];
