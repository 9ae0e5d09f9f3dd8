import { NO_BYTES } from "../../net/bytes.ts";
import type { Message, Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue, textOf } from "../../wire/dhcp4/options.ts";
import type { Exchange } from "./exchange.ts";
import { configuredOption, type Settings } from "./settings.ts";

/** Bits of the flags (RFC 4702 section 2.1). */
const S = 0x01;
const O = 0x02;
const E = 0x04;
const N = 0x08;

/** Flags and the two bytes that once held response codes. */
const HEADER = 3;
/** What a server writes into those (RFC 4702 section 2.2). */
const NO_CODE = 255;

const DOT = 46;
const SPACE = 32;
const DELETE = 127;
/** Longest label, and longest name with its length bytes (RFC 1035 section 2.3.4). */
const MAX_LABEL = 63;
const MAX_NAME = 255;

/** Option 81 of a client. */
interface ClientFqdn {
  readonly flags: number;
  /** The labels of the name; empty: the client leaves it to the server. */
  readonly labels: readonly Uint8Array[];
  /** False: a part of a name, to be completed. */
  readonly complete: boolean;
  /** The name as it stands in the option. */
  readonly field: Uint8Array;
}

/**
 * Option 81 of a reply (RFC 4702 section 4); undefined: the client sent none, or none that can be read. This server updates no DNS, and says so. The
 * name is the one that the client has here: that of its reservation, else its own, completed by the domain name that it is given.
 */
export function clientFqdnOption(exchange: Exchange, settings: Settings): Option | undefined {
  const asked = readClientFqdn(exchange.message);
  if (asked === undefined) return undefined;
  const domain = readLabels(configuredOption(settings, OptionCode.domainName)?.data ?? NO_BYTES) ?? [];
  const name = nameFor(asked, settings, domain);
  const data = new Uint8Array(HEADER + name.length);
  data[0] = N | (asked.flags & E) | ((asked.flags & S) === 0 ? 0 : O);
  data[1] = NO_CODE;
  data[2] = NO_CODE;
  data.set(name, HEADER);
  exchange.trace?.("client-fqdn", "option 81 is answered: this server updates no DNS");
  return { code: OptionCode.clientFqdn, data };
}

/** The name that a client gives itself in option 81, as text with dots; undefined when it gives none that can be read. */
export function clientFqdnName(message: Message): Uint8Array | undefined {
  const asked = readClientFqdn(message);
  return asked === undefined || asked.labels.length === 0 ? undefined : asText(asked.labels);
}

function nameFor(asked: ClientFqdn, settings: Settings, domain: readonly Uint8Array[]): Uint8Array {
  const reserved = settings.hostname === undefined ? undefined : readLabels(settings.hostname.data);
  if (reserved !== undefined) return encodeName(asked, reserved, reserved.length > 1, domain);
  // A name that does not change stays as it is, byte for byte (section 2.3).
  if (asked.complete || asked.labels.length === 0 || domain.length === 0) return asked.field;
  return encodeName(asked, asked.labels, false, domain);
}

/** The name in the client's encoding, completed if it can be. */
function encodeName(asked: ClientFqdn, labels: readonly Uint8Array[], complete: boolean, domain: readonly Uint8Array[]): Uint8Array {
  const whole = complete ? labels : [...labels, ...domain];
  const fits = lengthOf(whole) <= MAX_NAME;
  const name = fits ? whole : labels;
  const isComplete = complete || (fits && domain.length > 0);
  return (asked.flags & E) === 0 ? asText(name) : asWire(name, isComplete);
}

/** Undefined: the message has no option 81, or one that is malformed. */
function readClientFqdn(message: Message): ClientFqdn | undefined {
  const data = optionValue(message, OptionCode.clientFqdn);
  if (data === undefined || data.length < HEADER) return undefined;
  const flags = data[0] as number;
  const field = data.subarray(HEADER);
  if ((flags & E) !== 0) {
    const name = readWire(field);
    return name && { flags, field, ...name };
  }
  // The old encoding knows no partial names but single labels (section 2.3.1).
  const labels = readLabels(textOf(field));
  return labels && { flags, field, labels, complete: labels.length > 1 };
}

/** A name in the form of RFC 1035 section 3.1, without compression; without the root label at its end it is a partial one. */
function readWire(field: Uint8Array): { readonly labels: readonly Uint8Array[]; readonly complete: boolean } | undefined {
  if (field.length > MAX_NAME) return undefined;
  const labels: Uint8Array[] = [];
  let at = 0;
  while (at < field.length) {
    const length = field[at] as number;
    if (length === 0) return at === field.length - 1 ? { labels, complete: labels.length > 0 } : undefined;
    const label = field.subarray(at + 1, at + 1 + length);
    if (length > MAX_LABEL || label.length < length || !isReadable(label)) return undefined;
    labels.push(label);
    at += 1 + length;
  }
  return { labels, complete: false };
}

/** The labels of a name as text, with or without a dot at its end; undefined when it is no name. */
function readLabels(text: Uint8Array): Uint8Array[] | undefined {
  const labels: Uint8Array[] = [];
  const end = text[text.length - 1] === DOT ? text.length - 1 : text.length;
  for (let start = 0; start < end; ) {
    const dot = text.indexOf(DOT, start);
    const label = text.subarray(start, dot < 0 ? end : Math.min(dot, end));
    if (label.length === 0 || label.length > MAX_LABEL || !isReadable(label)) return undefined;
    labels.push(label);
    start += label.length + 1;
  }
  return lengthOf(labels) > MAX_NAME ? undefined : labels;
}

/** Whether it can be shown as text: no dots, spaces or control characters. */
function isReadable(label: Uint8Array): boolean {
  for (let i = 0; i < label.length; i++) {
    const byte = label[i] as number;
    if (byte <= SPACE || byte === DOT || byte === DELETE) return false;
  }
  return true;
}

/** Length of the name on the wire with its root label. */
function lengthOf(labels: readonly Uint8Array[]): number {
  let length = 1;
  for (const label of labels) length += label.length + 1;
  return length;
}

function asText(labels: readonly Uint8Array[]): Uint8Array {
  const text = new Uint8Array(Math.max(0, lengthOf(labels) - 2)).fill(DOT);
  let at = 0;
  for (const label of labels) {
    text.set(label, at);
    at += label.length + 1;
  }
  return text;
}

function asWire(labels: readonly Uint8Array[], complete: boolean): Uint8Array {
  const wire = new Uint8Array(lengthOf(labels) - (complete ? 0 : 1));
  let at = 0;
  for (const label of labels) {
    wire[at] = label.length;
    wire.set(label, at + 1);
    at += label.length + 1;
  }
  return wire;
}
