#!/usr/bin/env node
// A checkout runs the sources; the published package has them compiled.
import { existsSync } from "node:fs";

// Node opens its inspector on this signal, which gives every local user the rights of this process. The server gives it another meaning.
process.on("SIGUSR1", () => {});

const OLDEST = 24;
if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  console.error(
    `leasehold: needs Node.js ${OLDEST} or later, and this is ${process.version}: https://nodejs.org/en/download has it, and \`deploy/install\` of the sources brings one along`,
  );
  process.exit(1);
}

const compiled = new URL("../dist/cli/main.js", import.meta.url);
const sources = new URL("../src/cli/main.ts", import.meta.url);
await import(existsSync(sources) ? sources.href : compiled.href);
