import type { Translator } from "./translation.ts";

/** A format of another server. */
export interface Format {
  /** What `--from` calls it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Whether the file is likely to be of this format, by its name and its text. */
  readonly isLikely: (name: string, text: string) => boolean;
  readonly translate: Translator;
}

/** Every format that can be translated; the first that finds a file likely gets it. */
export const FORMATS: readonly Format[] = [];
