#!/usr/bin/env node
// A checkout runs the sources; the published package has them compiled.
import { existsSync } from "node:fs";

const compiled = new URL("../dist/cli/main.js", import.meta.url);
const sources = new URL("../src/cli/main.ts", import.meta.url);
await import(existsSync(sources) ? sources.href : compiled.href);
