import module, { type RegisterHooksOptions } from "node:module";

type Resolve = NonNullable<RegisterHooksOptions["resolve"]>;

const PACKAGE = "leasehold/";
/**
 * The entries of package.json are looked up as from this file, whether it is a source or compiled.
 */
const HERE = import.meta.url;
const CONDITIONS = HERE.endsWith(".ts") ? ["leasehold-source"] : [];

/**
 * Resolves as Node.js does, but for `leasehold/...`, which is this very program wherever it is
 * imported from: an operator's module may stand in any folder, with no packages beside it.
 */
export const resolveImport: Resolve = (specifier, context, next) =>
  specifier.startsWith(PACKAGE)
    ? next(specifier, { ...context, parentURL: HERE, conditions: [...context.conditions, ...CONDITIONS] })
    : next(specifier, context);

/**
 * `module.registerHooks`, of a Node.js that need not have it: what imports this says which one it
 * needs.
 */
export const registerHooks: typeof module.registerHooks = (hooks) => module.registerHooks(hooks);
