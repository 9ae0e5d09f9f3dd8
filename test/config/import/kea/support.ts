import { translateTogether } from "../../../../src/config/import/kea/translate.ts";
import type { Files, PlainMap, Translation } from "../../../../src/config/import/translation.ts";
import { buildConfig } from "../../../../src/config/load.ts";

/** No file can be included but these. */
export function filesOf(texts: Readonly<Record<string, string>> = {}): Files {
  return {
    read: (path) => (Object.hasOwn(texts, path) ? { name: path, text: texts[path] as string } : { reason: "there is no such file" }),
    list: () => [],
  };
}

export function translate(text: string, files: Files = filesOf()): Translation {
  return translateTogether([{ text, name: "kea.conf" }], files);
}

/** What a section of DHCPv4 becomes, without what every one does. */
export function dhcp4(section: object): { readonly value: PlainMap; readonly findings: readonly string[] } {
  return plain({ Dhcp4: { authoritative: true, ...section } });
}

export function dhcp6(section: object): { readonly value: PlainMap; readonly findings: readonly string[] } {
  return plain({ Dhcp6: section });
}

function plain(file: object): { readonly value: PlainMap; readonly findings: readonly string[] } {
  const { value, findings } = translate(JSON.stringify(file));
  return { value, findings: findings.map(({ severity, message }) => `${severity}: ${message}`) };
}

/** What is wrong with a configuration, in words. */
export function problemsOf(value: unknown): readonly string[] {
  const built = buildConfig(value);
  return built.ok ? [] : built.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
}
