/*
 * What a client calls itself, made into a name that the DNS can have: letters, digits and dashes in
 * labels of at most 63 characters (RFC 1123 section 2.1), at most 253 with the dots between them.
 */

const MAX_LABEL = 63;
/** Longest name as text: 255 on the wire, with a length byte before each label and the root. */
const MAX_NAME = 253;

const NUL = 0;
/** A longer text is no plain name: names have at most 255 bytes. */
const MOST_CHARACTERS = 255;

/** A name that is as it should be, but for its length: most are, and need no more work. */
const PLAIN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** A domain may have underscores besides. */
const DOMAIN = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
/** No top-level domain is a number, by which an address is told from a name (RFC 3696 section 2). */
const ENDS_AS_NAME = /\.[^.]*[a-z][^.]*$/;
const APOSTROPHES = /['`\u00b4\u02bc\u2018\u2019\uff07]/g;

/**
 * The name that a client is to have in the DNS, in small letters and without a dot at its end;
 * undefined: nothing can be made of it. A name of several labels is whole, unless it `isPartial`
 * (RFC 4702 section 2.3): then the suffix goes behind it, if it does not stand there already. A
 * single label gets the suffix whether it says that it is whole or not, for many clients say so of
 * their bare host name; without a suffix it is no name. So does what looks like an address.
 */
export function wholeName(name: Uint8Array | string, suffix: string | undefined, isPartial = false): string | undefined {
  const ruled = ruledName(name);
  if (ruled === undefined) return undefined;
  const isWhole = ENDS_AS_NAME.test(ruled) && (!isPartial || suffix === undefined || ruled.endsWith(`.${suffix}`));
  const whole = isWhole ? ruled : behind(ruled, suffix);
  return whole === undefined || whole.length > MAX_NAME ? undefined : whole;
}

function behind(name: string, suffix: string | undefined): string | undefined {
  return suffix === undefined || suffix === "" ? undefined : `${name}.${suffix}`;
}

/** The domain that names are completed by, in the same form; undefined: this is none. */
export function nameSuffix(domain: Uint8Array | string): string | undefined {
  const text = (typeof domain === "string" ? domain : new TextDecoder().decode(domain)).toLowerCase();
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  return name.length <= MAX_NAME && DOMAIN.test(name) ? name : undefined;
}

/** Every label by rule; undefined: nothing is left. */
function ruledName(name: Uint8Array | string): string | undefined {
  const text = typeof name === "string" ? name : charactersOf(name);
  if (PLAIN.test(text)) return text;
  const labels: string[] = [];
  for (const part of spelled(typeof name === "string" ? name : new TextDecoder().decode(name)).split(".")) {
    const label = ruledLabel(part);
    if (label !== "") labels.push(label);
  }
  return labels.length === 0 ? undefined : labels.join(".");
}

/**
 * A character for each byte, in small letters, without the NULs at the end. Where it is a plain name,
 * it is what the bytes say in UTF-8 too.
 */
function charactersOf(bytes: Uint8Array): string {
  let { length } = bytes;
  while (length > 0 && bytes[length - 1] === NUL) length--;
  if (length > MOST_CHARACTERS) return "";
  return String.fromCharCode.apply(null, bytes.subarray(0, length) as unknown as number[]).toLowerCase();
}

/** Without accents and apostrophes, which are no reason to part a word, and in small letters. */
function spelled(text: string): string {
  return text.replace(/\0+$/, "").replace(APOSTROPHES, "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** What can't stand in a label becomes a dash; dashes that stand there by themselves stay. */
function ruledLabel(part: string): string {
  const dashed = part.replace(/[^a-z0-9]+/g, (run) => (/[^-]/.test(run) ? "-" : run));
  return trimmed(trimmed(dashed).slice(0, MAX_LABEL));
}

/** Without dashes at its ends. */
function trimmed(label: string): string {
  let start = 0;
  let end = label.length;
  while (start < end && label[start] === "-") start++;
  while (end > start && label[end - 1] === "-") end--;
  return label.slice(start, end);
}
