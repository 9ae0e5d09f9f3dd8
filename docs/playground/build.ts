/** Makes the playground: one HTML file with all that it needs in it. `npm run playground` */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** The page as text. */
export async function buildPlayground(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${FOLDER}main.ts`],
    absWorkingDir: FOLDER,
    bundle: true,
    write: false,
    minify: true,
    platform: "browser",
    format: "iife",
    target: "es2024",
    conditions: ["leasehold-source"],
    logLevel: "error",
  });
  // What ends a script would end this one.
  const script = (outputFiles[0]?.text ?? "").replace(/<\/(?=script)/gi, "<\\/").replace(/<!--/g, "<\\!--");
  const page = readFileSync(`${FOLDER}index.html`, "utf8");
  const style = readFileSync(`${FOLDER}style.css`, "utf8");
  return page.replace("/* STYLE */", () => style).replace("/* SCRIPT */", () => script);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = `${FOLDER}playground.html`;
  const page = await buildPlayground();
  writeFileSync(file, page);
  console.log(`${file}: ${Math.round(page.length / 1024)} KiB; open it in a browser`);
}
