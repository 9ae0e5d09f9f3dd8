/*
 * The picture in the README: a session in a terminal, as it is.
 *
 *     sudo node test/support/session-picture.ts     # writes docs/session.svg
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { MAIN } from "./loopback-server.ts";
import { ROOT } from "./packed.ts";

export const PICTURE = join(ROOT, "docs/session.svg");

const CONFIG = `networks:
  192.168.5.0/24:
    options: { routers: 192.168.5.1, domain_name_servers: 192.168.5.1 }
    ranges: [{ range: 192.168.5.100-192.168.5.250 }]
    reservations:
      - { ip: 192.168.5.10, hostname: printer, match: { chadr: "52:54:00:12:34:56" } }
`;
const AT = "127.0.0.1:6767";
const COMMANDS = [
  "leasehold check home.yaml",
  "sed -i s/chadr/chaddr/ home.yaml",
  `leasehold serve -c home.yaml -d leases.db --v4-addr ${AT} >log &`,
  `leasehold probe --server ${AT} --relay 192.168.5.1 | tail -n 1`,
  "leasehold leases -d leases.db",
  "leasehold explain -d leases.db --client 02:00:00:00:00:01 | tail -n 7",
];

/** A folder with the command `leasehold`, which runs these sources. */
export function putCommand(folder: string): void {
  writeFileSync(join(folder, "leasehold"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(join(folder, "leasehold"), 0o755);
}

/**
 * What commands print, in that folder and with the commands in it, in a network of their own that
 * has the loopback interface alone. One that ends in `&` has until it says that it listens; it is
 * ended in the end. Needs root.
 */
export async function runCommands(folder: string, commands: readonly string[]): Promise<string> {
  const script = commands.map((command) => {
    const started = command.endsWith("&") ? "\nuntil grep -q listening log; do sleep 0.1; done" : "";
    return `echo '$ ${command}'\n${command}${started}`;
  });
  const shell = spawn("unshare", ["--net", "sh", "-c", `exec 2>&1\nip link set lo up\n${script.join("\n")}\nkill $!; wait`], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
  });
  let output = "";
  for await (const chunk of shell.stdout) output += chunk;
  return output.trimEnd();
}

/** What the terminal shows, line by line. */
export async function recordSession(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-session-"));
  try {
    putCommand(folder);
    writeFileSync(join(folder, "home.yaml"), CONFIG);
    return (await runCommands(folder, COMMANDS)).split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [COLUMN, ROW, EDGE] = [7.8, 19, 16];
/** It has a ground of its own, to be read on a light page and on a dark one. */
const COLOURS = { ground: "#161b22", frame: "#6e7681", text: "#e6edf3", command: "#7ee787", error: "#ff9a92", hint: "#79c0ff" };

function colourOf(line: string): string {
  if (line.startsWith("$ ")) return COLOURS.command;
  if (line.includes(": error: ")) return COLOURS.error;
  return line.startsWith("  hint: ") ? COLOURS.hint : COLOURS.text;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function drawSession(lines: readonly string[]): string {
  const width = Math.ceil(Math.max(...lines.map(({ length }) => length)) * COLUMN + 2 * EDGE);
  const height = lines.length * ROW + 2 * EDGE;
  const drawn = lines.map((line, i) => {
    const weight = line.startsWith("$ ") ? ' font-weight="bold"' : "";
    return `<text x="${EDGE}" y="${EDGE + 14 + i * ROW}" fill="${colourOf(line)}"${weight} xml:space="preserve">${escapeXml(line)}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"
  font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13">
<title>A session: a configuration with a mistake, a lease, and why the client got it</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${COLOURS.ground}" stroke="${COLOURS.frame}"/>
${drawn.join("")}</svg>
`;
}

/** The lines of a picture. */
export function linesIn(picture: string): readonly string[] {
  return [...picture.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, text = ""]) =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
  );
}

if (import.meta.main) writeFileSync(PICTURE, drawSession(await recordSession()));
