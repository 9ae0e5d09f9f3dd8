import type { ClientClass, ConfiguredOption, OptionSet } from "../../config/model/common.ts";

/** What every protocol's settings of a client have. The closest place wins. */
export interface OptionSettings {
  /**
   * Tells settings apart that are the same object for every client that has them;
   * 0: these are one client's.
   */
  readonly number: number;
  /** Options from the closest to the furthest place. */
  readonly options: readonly OptionSet[];
}

/**
 * The option that applies; undefined: none is configured, or the closest place says that
 * it is not to be inherited.
 */
export function configuredOption(settings: Pick<OptionSettings, "options">, code: number): ConfiguredOption | undefined {
  const { options } = settings;
  for (let i = 0; i < options.length; i++) {
    const option = (options[i] as OptionSet).byCode.get(code);
    if (option !== undefined) return option.suppressed ? undefined : option;
  }
  return undefined;
}

/** Whether the closest place that speaks of the option says that it is not to be inherited. */
export function isSuppressed(settings: OptionSettings, code: number): boolean {
  for (const set of settings.options) {
    const option = set.byCode.get(code);
    if (option !== undefined) return option.suppressed;
  }
  return false;
}

/** Settings of a place for those who are in these classes. */
export interface SettingsOfMembers<S> {
  readonly members: readonly ClientClass[];
  readonly settings: S;
}

/**
 * So many memberships in classes are remembered for one place: there may be as many
 * as subsets of the classes.
 */
const MOST_MEMBERSHIPS = 16;

/** The settings that are known for those in these classes; undefined: none are. */
export function knownSettings<S>(known: readonly SettingsOfMembers<S>[], members: readonly ClientClass[]): S | undefined {
  for (let i = 0; i < known.length; i++) {
    const one = known[i] as SettingsOfMembers<S>;
    if (isSame(one.members, members)) return one.settings;
  }
  return undefined;
}

/** Remembers the settings, and forgets what was remembered when that is too much. */
export function keepSettings<S>(known: SettingsOfMembers<S>[], members: readonly ClientClass[], settings: S): void {
  if (known.length >= MOST_MEMBERSHIPS) known.length = 0;
  known.push({ members: members.slice(), settings });
}

function isSame(a: readonly ClientClass[], b: readonly ClientClass[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
