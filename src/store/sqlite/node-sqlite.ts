/*
 * `node:sqlite`, got at run time. Were it imported, a Node.js that is too old would fail over it
 * before config/node-version.ts could say so.
 */
const sqlite = process.getBuiltinModule("node:sqlite");

export type DatabaseSync = import("node:sqlite").DatabaseSync;
export const DatabaseSync: typeof sqlite.DatabaseSync = sqlite.DatabaseSync;
