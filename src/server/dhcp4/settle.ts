import type { Config } from "../../config/model/config.ts";

/** The configuration that can be gone over to while the server runs, and what has to wait. */
export function settle(before: Config, asked: Config): { readonly config: Config; readonly fixed: readonly string[] } {
  const config = { ...asked, chaddrOnly: before.chaddrOnly };
  const fixed =
    before.chaddrOnly === asked.chaddrOnly ? [] : ["`chaddr_only` has changed: clients are known as before until the server is restarted"];
  return { config, fixed };
}
