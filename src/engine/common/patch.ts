/**
 * What an option of a message is to be, from outside: all its values, or none, and then it is taken
 * out.
 */
export interface OptionChange {
  readonly code: number;
  readonly values: readonly Uint8Array[];
}

interface Option {
  readonly code: number;
  readonly data: Uint8Array;
}

/**
 * The options of a message with these changes: an option that is there keeps its place, one that is
 * new comes behind the others. The same list where nothing is to change.
 */
export function patchOptions(options: readonly Option[], changes: readonly OptionChange[]): readonly Option[] {
  if (changes.length === 0) return options;
  const left = new Map(changes.map(({ code, values }) => [code, values.map((data): Option => ({ code, data }))]));
  const changed = new Set(left.keys());
  const patched: Option[] = [];
  for (const option of options) {
    if (!changed.has(option.code)) patched.push(option);
    // Those behind the first of its code are gone: it has all the values.
    for (const value of left.get(option.code) ?? []) patched.push(value);
    left.delete(option.code);
  }
  for (const values of left.values()) patched.push(...values);
  return patched;
}
