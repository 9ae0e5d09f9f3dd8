/*
 * Flags of this process that its threads need too, to find modules where it finds them; no others,
 * such as those that run tests.
 */

/** The conditions by which packages are resolved (`-C`). */
export function resolutionFlags(flags: readonly string[] = process.execArgv): string[] {
  return flags.flatMap((flag, i) => {
    if (/^(-C|--conditions)=/.test(flag)) return [flag];
    return (flag === "-C" || flag === "--conditions") && flags[i + 1] !== undefined ? [flag, flags[i + 1] as string] : [];
  });
}
