import { toHex } from "../../../net/bytes.ts";
import { RELAY_SUB_OPTIONS } from "../../../wire/dhcp4/sub-options.ts";
import { bytesOf, literalOf } from "./data.ts";
import type { Token } from "./lexer.ts";
import { type Definitions, findOption, spaced } from "./options.ts";

/* Expressions of dhcp-eval(5) in the language of class expressions. */

export type Translated = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

/** A value: our text of it, its bytes where they are constant, or what only a comparison can say. */
type Data =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "hardware" }
  | { readonly kind: "digits"; readonly of: string; readonly separator: string }
  | { readonly kind: "number"; readonly of: string; readonly size: number };

class Unsaid extends Error {}

/** A condition in these words. */
export function translateCondition(words: readonly Token[], definitions: Definitions): Translated {
  return attempt(words, definitions, (reader) => reader.or());
}

/** A value in these words. */
export function translateValue(words: readonly Token[], definitions: Definitions): Translated {
  return attempt(words, definitions, (reader) => reader.text(reader.data()));
}

/** `a and not (b)`; parts that are undefined say nothing. */
export function both(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return `${bracketed(a)} and ${bracketed(b)}`;
}

export function not(condition: string): string {
  return / (and|or|==|!=) /.test(condition) ? `not (${condition})` : `not ${condition}`;
}

function bracketed(condition: string): string {
  return / or /.test(condition) ? `(${condition})` : condition;
}

function attempt(words: readonly Token[], definitions: Definitions, read: (reader: ReturnType<typeof createReader>) => string): Translated {
  const reader = createReader(words, definitions);
  try {
    const text = read(reader);
    const rest = reader.rest();
    return rest === undefined ? { ok: true, text } : { ok: false, reason: `${rest.text} is not understood in it` };
  } catch (error) {
    if (error instanceof Unsaid) return { ok: false, reason: error.message };
    throw error;
  }
}

const DEEPEST = 50;

function createReader(words: readonly Token[], definitions: Definitions) {
  let next = 0;
  let depth = 0;
  const fail = (reason: string): never => {
    throw new Unsaid(reason);
  };
  const peek = (): Token | undefined => words[next];
  const is = (text: string): boolean => peek()?.text === text && peek()?.kind !== "string";
  const take = (text: string): boolean => is(text) && ++next > 0;
  const need = (text: string): void => {
    if (!take(text)) fail(`${text} is missing before ${peek()?.text ?? "its end"}`);
  };
  const number = (): number => {
    const { text } = peek() ?? { text: "" };
    if (!/^\d{1,9}$/.test(text)) fail(`a number is missing before ${text || "its end"}`);
    next++;
    return Number(text);
  };

  function or(): string {
    if (++depth > DEEPEST) fail("it is nested too deeply");
    let text = and();
    while (take("or")) text = `${text} or ${and()}`;
    depth--;
    return text;
  }

  function and(): string {
    let text = negation();
    while (take("and")) text = `${text} and ${negation()}`;
    return text;
  }

  function negation(): string {
    if (take("not")) {
      if (++depth > DEEPEST) fail("it is nested too deeply");
      const inner = negation();
      depth--;
      return not(inner.replace(/^\((.*)\)$/, (all, within: string) => (within.includes(")") ? all : within)));
    }
    if (is("(") && isCondition()) {
      next++;
      const inner = or();
      need(")");
      return / (or|and) /.test(inner) ? `(${inner})` : inner;
    }
    if (take("exists")) return option().replace(/\.hex$/, ".exists");
    if (take("known")) return "known";
    if (take("check")) return `member('${words[next++]?.text ?? ""}')`;
    if (is("static")) fail("nothing tells whether the address is a static one");
    return comparison();
  }

  /** In brackets stands a condition unless a comparison follows. */
  function isCondition(): boolean {
    let open = 0;
    for (let i = next; i < words.length; i++) {
      const { kind, text } = words[i] as Token;
      if (kind !== "sign") continue;
      if (text === "(") open++;
      if (text === ")" && --open === 0) return !["=", "!=", "~=", "~~"].includes(words[i + 1]?.text ?? "");
    }
    return true;
  }

  function comparison(): string {
    const left = data();
    const operator = words[next]?.text ?? "";
    if (operator === "~" || operator === "~=" || operator === "~~") {
      next++;
      return pattern(text(left), operator === "~~");
    }
    if (operator !== "=" && operator !== "!=") fail("a value is no condition: a comparison is missing");
    next++;
    const right = data();
    const own = operator === "=" ? "==" : "!=";
    return compared(left, own, right);
  }

  function compared(a: Data, operator: string, b: Data): string {
    if (a.kind === "bytes" && b.kind !== "bytes") return compared(b, operator, a);
    if (b.kind === "bytes") {
      if (a.kind === "hardware" && b.bytes[0] === 1) return `pkt4.mac ${operator} 0x${toHex(b.bytes.subarray(1))}`;
      if (a.kind === "number") {
        const value = b.bytes.reduce((sum, byte) => sum * 256 + byte, 0);
        return `${a.of} ${operator} 0x${value.toString(16).padStart(a.size * 2, "0")}`;
      }
      if (a.kind === "digits") {
        const parts = String.fromCharCode(...b.bytes).split(a.separator);
        if (!parts.every((part) => /^[0-9a-f]{1,2}$/.test(part))) fail("binary-to-ascii is compared with what it never gives");
        return `${a.of} ${operator} 0x${parts.map((part) => part.padStart(2, "0")).join("")}`;
      }
      // Bytes are compared with bytes: text of an option is so too.
      if (a.kind === "text") return `${a.text} ${operator} ${literalOf(b.bytes)}`;
    }
    return `${text(a)} ${operator} ${text(b)}`;
  }

  function pattern(value: string, ignoresCase: boolean): string {
    const word = words[next++];
    const [, start, literal = "", end] = /^(\^?)([A-Za-z0-9 _:,@/-]+)(?:\.\*)?(\$?)$/.exec(word?.text ?? "") ?? [];
    if (word?.kind !== "string" || start !== "^" || literal === "")
      fail(`Leasehold has no regular expressions, and ${JSON.stringify(word?.text ?? "")} is more than the beginning of a value`);
    const part = end === "$" && !word?.text.includes(".*") ? value : `substring(${value}, 0, ${literal.length})`;
    return ignoresCase ? `lcase(${part}) == '${literal.toLowerCase()}'` : `${part} == '${literal}'`;
  }

  function data(): Data {
    if (++depth > DEEPEST) fail("it is nested too deeply");
    const made = readData();
    depth--;
    return made;
  }

  function readData(): Data {
    const word = peek() ?? fail("a value is missing at its end");
    if (word.kind === "string" || /^[0-9a-f]{1,2}(:[0-9a-f]{1,2})+$/i.test(word.text)) return constant(word);
    const name = word.text.toLowerCase();
    if (name === "option") {
      next++;
      return { kind: "text", text: option() };
    }
    if (name === "hardware") {
      next++;
      return { kind: "hardware" };
    }
    if (name === "(") {
      next++;
      const inner = data();
      need(")");
      return inner;
    }
    if (words[next + 1]?.text === "(") {
      next += 2;
      const made = call(name);
      need(")");
      return made;
    }
    return bytesOf(word) === undefined ? fail(`Leasehold has nothing like ${word.text}`) : constant(word);
  }

  function constant(word: Token): Data {
    next++;
    return { kind: "bytes", bytes: bytesOf(word) as Uint8Array };
  }

  function call(name: string): Data {
    switch (name) {
      case "substring": {
        const of = data();
        need(",");
        const start = number();
        need(",");
        const length = number();
        if (of.kind === "hardware" && start > 0)
          return { kind: "text", text: start === 1 && length >= 6 ? "pkt4.mac" : `substring(pkt4.mac, ${start - 1}, ${length})` };
        return { kind: "text", text: `substring(${text(of)}, ${start}, ${length})` };
      }
      case "suffix": {
        const of = text(data());
        need(",");
        return { kind: "text", text: `substring(${of}, -${number()}, all)` };
      }
      case "lcase":
      case "ucase":
        return { kind: "text", text: `${name}(${text(data())})` };
      case "concat": {
        const parts = [text(data())];
        while (take(",")) parts.push(text(data()));
        return { kind: "text", text: parts.reduce((all, part) => `concat(${all}, ${part})`) };
      }
      case "pick-first-value":
      case "pick": {
        const parts = [text(data())];
        while (take(",")) parts.push(text(data()));
        return { kind: "text", text: parts.reduceRight((rest, part) => `ifelse(${part} != '', ${part}, ${rest})`) };
      }
      case "binary-to-ascii": {
        const base = number();
        need(",");
        const width = number();
        need(",");
        const separator = words[next++]?.text ?? "";
        need(",");
        const of = data();
        if (base !== 16 || width !== 8) fail("of binary-to-ascii only base 16 with 8 bits has a counterpart");
        return { kind: "digits", of: text(of), separator };
      }
      case "extract-int": {
        const of = text(data());
        need(",");
        return { kind: "number", of, size: number() / 8 };
      }
      case "encode-int": {
        const value = number();
        need(",");
        const size = number() / 8;
        return { kind: "bytes", bytes: Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) & 0xff) };
      }
      default:
        return fail(`Leasehold has nothing like ${name}`);
    }
  }

  function option(): string {
    take("option");
    const name = words[next++]?.text ?? fail("the name of an option is missing");
    const [space, inner] = spaced(name);
    if (space === "agent") {
      const sub = RELAY_SUB_OPTIONS.find((one) => one.name === inner.replaceAll("-", "_").toLowerCase());
      return sub === undefined ? fail(`the sub-option ${name} is unknown`) : `relay4[${sub.code}].hex`;
    }
    const known = findOption(name, definitions);
    if (known !== undefined) {
      const { standard, own, code } = known;
      return `option[${standard !== undefined || known.defined !== undefined ? own : code}].hex`;
    }
    const defined = definitions.get(name);
    const outer = defined && [...definitions.values()].find((one) => one.encapsulates === space && one.space === "dhcp");
    if (defined !== undefined && outer !== undefined) return `option[${outer.code}].option[${defined.code}].hex`;
    return fail(`the option ${name} is unknown`);
  }

  function text(value: Data): string {
    switch (value.kind) {
      case "text":
        return value.text;
      case "bytes":
        return literalOf(value.bytes);
      case "hardware":
        return "concat(substring(pkt4.htype, 3, 1), pkt4.mac)";
      case "digits":
        // One digit where the first is 0: the same for each value, which is all that a key needs.
        return `hexstring(${value.of}, '${value.separator}')`;
      case "number":
        return fail("extract-int has a counterpart only where it is compared with a number");
    }
  }

  return { or, data, text, rest: peek };
}
