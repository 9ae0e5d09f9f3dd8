/*
 * Files that are handed over by mistake in place of a configuration: what they are is told at once,
 * rather than what of them is no YAML.
 */

/** What a file is instead of a configuration, and what to do. */
export interface OtherFile {
  readonly message: string;
  readonly hint: string;
}

interface Kind extends OtherFile {
  readonly isLikely: (text: string) => boolean;
}

/** What stands for bytes that are no UTF-8. */
const REPLACED = "\ufffd";
const NUL = "\0";

const KINDS: readonly Kind[] = [
  {
    isLikely: (text) => text.startsWith(`SQLite format 3${NUL}`),
    message: "this is a SQLite database, such as leases are kept in, and no configuration",
    hint: "name the file of the configuration; the database is named by store: {sqlite: {path: ...}} in it",
  },
  {
    isLikely: (text) =>
      text.startsWith(REPLACED.repeat(2)) || /^[\x20-\x7e]\0[\x20-\x7e\r\n]\0/.test(text) || /^\0[\x20-\x7e]\0/.test(text),
    message: "the text is UTF-16, and has to be UTF-8",
    hint: "save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 FILE",
  },
  {
    isLikely: (text) => text.includes(NUL),
    message: "this is no text: it has NUL characters",
    hint: "name the file of the configuration, which is YAML, JSON or a TypeScript module",
  },
  {
    isLikely: (text) => /^lease6?\s+\S+\s*\{/m.test(text) && /^[ \t]*(starts|ends|binding state|cltt)\s/m.test(text),
    message: "these are the leases of ISC dhcpd, and no configuration",
    hint: "its configuration is dhcpd.conf, which can be given as it is",
  },
  {
    isLikely: (text) => /^\[(Match|Network|Link|NetDev|Address|DHCPServer|DHCPv4|DHCPv6)\][ \t]*\r?$/m.test(text),
    message: "this is a file of systemd-networkd, which says how this machine's own interfaces are set up",
    hint: "write a configuration of the DHCP server beside it: networks: {PREFIX: {ranges: [{start: FIRST, end: LAST}]}}",
  },
  {
    isLikely: (text) =>
      /^network:[ \t]*\r?\n(?:[ \t]*(?:#.*)?\r?\n)*[ \t]+(version|renderer|ethernets|wifis|bridges|bonds|vlans)[ \t]*:/m.test(text),
    message: "this is a file of netplan, which says how this machine's own interfaces are set up",
    hint: "write a configuration of the DHCP server beside it: networks: {PREFIX: {ranges: [{start: FIRST, end: LAST}]}}",
  },
  {
    isLikely: (text) => /\r[^\n]/.test(text) && !text.includes("\n"),
    message: "the lines end in CR alone",
    hint: "save it with lines that end in LF, or in CR LF",
  },
];

/** What a text is instead of a configuration; undefined: nothing that is known. */
export function otherFile(text: string): OtherFile | undefined {
  return KINDS.find(({ isLikely }) => isLikely(text));
}
