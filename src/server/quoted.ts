import { formatIdentifier } from "../config/text/identifier.ts";

/*
 * What clients say of themselves, in sentences: it must not read as if the sentence went on.
 */

/** A host name. What could be more than one word is quoted as in JSON. */
export function nameInSentence(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
}

/** An identifier as the configuration has it; as in JSON when it could end its own quotes. */
export function identifierInSentence(bytes: Uint8Array): string {
  const text = formatIdentifier(bytes);
  return text.indexOf("'", 1) === text.length - 1 || !text.startsWith("'") ? text : JSON.stringify(text.slice(1, -1));
}
