import { toHex } from "../../../net/bytes.ts";
import { RELAY_SUB_OPTIONS } from "../../../wire/dhcp4/sub-options.ts";
import type { Token } from "./lexer.ts";
import { bytesOf, literalOf } from "./literal.ts";
import type { OptionNames } from "./option-names.ts";

/*
 * Expressions of dhcp-eval(5) as class expressions. What has no counterpart is a reason, in words.
 */

export type Translated = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

/** A value while it is translated. */
type Data =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** An expression of ours. */
  | { readonly kind: "text"; readonly text: string }
  /** Hardware type and address in one, which only dhcpd has. */
  | { readonly kind: "hardware" }
  /** Bytes as numbers in hex without leading zeros, between separators. */
  | { readonly kind: "digits"; readonly of: string; readonly separator: string }
  /** A number of so many bytes. */
  | { readonly kind: "number"; readonly of: string; readonly size: number };

/** A condition, from all of these words. */
export function translateCondition(words: readonly Token[], names: OptionNames): Translated {
  const reader = createReader(words, names);
  return reader.finish(reader.condition());
}

/** A value, from all of these words. */
export function translateValue(words: readonly Token[], names: OptionNames): Translated {
  const reader = createReader(words, names);
  const data = reader.data();
  return reader.finish(data && reader.textOf(data));
}

/** Whether the two are equal, the second in the bytes of a subclass. */
export function equals(value: string, bytes: Uint8Array): string {
  return `${value} == ${literalOf(bytes)}`;
}

/** htype and chaddr, one behind the other. */
const HARDWARE = "concat(substring(pkt4.htype, 3, 1), pkt4.mac)";

interface Reader {
  condition(): string | undefined;
  data(): Data | undefined;
  textOf(data: Data): string | undefined;
  finish(text: string | undefined): Translated;
}

function createReader(words: readonly Token[], names: OptionNames): Reader {
  let at = 0;
  let reason: string | undefined;

  const fail = (why: string): undefined => {
    reason ??= why;
    return undefined;
  };
  const peek = (ahead = 0): string | undefined => words[at + ahead]?.text;
  const take = (text: string): boolean => {
    if (peek() !== text || words[at]?.kind === "string") return false;
    at++;
    return true;
  };
  const need = (text: string): true | undefined => (take(text) ? true : fail(`${text} is missing before ${peek() ?? "the end"}`));
  const number = (): number | undefined => {
    const digits = peek() ?? "";
    if (!/^\d{1,5}$/.test(digits)) return fail(`a number is missing before ${digits || "the end"}`);
    at++;
    return Number(digits);
  };

  function condition(): string | undefined {
    return chain("or", () => chain("and", negation));
  }

  function chain(operator: "or" | "and", part: () => string | undefined): string | undefined {
    let text = part();
    while (text !== undefined && take(operator)) {
      const right = part();
      if (right === undefined) return undefined;
      text = `${text} ${operator} ${right}`;
    }
    return text;
  }

  function negation(): string | undefined {
    if (take("not")) {
      const inner = negation();
      return inner && `not ${/ (and|or|==|!=) /.test(inner) && !inner.startsWith("(") ? `(${inner})` : inner}`;
    }
    if (peek() === "(" && isCondition()) {
      at++;
      const inner = condition();
      return inner && need(")") && `(${inner})`;
    }
    if (take("exists")) return existence();
    if (take("known")) return "member('KNOWN')";
    if (take("check"))
      return fail("membership in a class is asked for by check, which is not carried over: name the class in allow or deny");
    if (peek() === "static") return fail("static: no expression of Leasehold asks whether the address is a fixed one");
    return comparison();
  }

  /** What stands in brackets is a condition unless a comparison follows it. */
  function isCondition(): boolean {
    let depth = 0;
    for (let i = at; i < words.length; i++) {
      const { kind, text } = words[i] as Token;
      if (kind === "string") continue;
      if (text === "(") depth++;
      if (text === ")" && --depth === 0) return !["=", "!=", "~=", "~~"].includes(words[i + 1]?.text ?? "");
    }
    return true;
  }

  function existence(): string | undefined {
    const text = option();
    return text?.replace(/\.hex$/, ".exists");
  }

  function comparison(): string | undefined {
    const left = data();
    if (left === undefined) return undefined;
    const operator = peek();
    if (operator === "~=" || operator === "~~") {
      at++;
      return matching(left, operator === "~~");
    }
    if (operator !== "=" && operator !== "!=") return fail(`a comparison is missing behind ${textOf(left) ?? "the value"}`);
    at++;
    const right = data();
    if (right === undefined) return undefined;
    return compared(left, operator === "=" ? "==" : "!=", right) ?? compared(right, operator === "=" ? "==" : "!=", left);
  }

  function compared(left: Data, operator: string, right: Data): string | undefined {
    if (left.kind === "digits" && right.kind === "bytes") {
      const parts = String.fromCharCode(...right.bytes).split(left.separator);
      if (!parts.every((part) => /^[0-9a-f]{1,2}$/.test(part))) return fail("binary-to-ascii is compared with what it never gives");
      const bytes = Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
      return `${left.of} ${operator} 0x${toHex(bytes)}`;
    }
    if (left.kind === "number" && right.kind === "bytes") {
      const value = right.bytes.reduce((sum, byte) => sum * 256 + byte, 0);
      return `${left.of} ${operator} 0x${value.toString(16).padStart(left.size * 2, "0")}`;
    }
    if (left.kind === "hardware" && right.kind === "bytes" && right.bytes[0] === 1)
      return `pkt4.mac ${operator} 0x${toHex(right.bytes.subarray(1))}`;
    const [a, b] = [textOf(left), textOf(right)];
    return a && b && `${a} ${operator} ${b}`;
  }

  /** Regular expressions that only say how a value begins, or what it is. */
  function matching(left: Data, ignoresCase: boolean): string | undefined {
    const pattern = words[at++];
    if (pattern?.kind !== "string") return fail("~= needs a pattern in quotes");
    const [, anchored, literal = "", end] = /^(\^?)([A-Za-z0-9 _:,@/-]*)(\$?)$/.exec(pattern.text) ?? [];
    if (anchored !== "^" || literal === "")
      return fail(`the pattern ${JSON.stringify(pattern.text)} is more than how a value begins, and there are no regular expressions`);
    const value = textOf(left);
    if (value === undefined) return undefined;
    const wanted = `'${ignoresCase ? literal.toLowerCase() : literal}'`;
    const part = end === "$" ? value : `substring(${value}, 0, ${literal.length})`;
    return `${ignoresCase ? `lcase(${part})` : part} == ${wanted}`;
  }

  function data(): Data | undefined {
    const token = words[at];
    if (token === undefined) return fail("a value is missing at the end");
    // A name of a function may be hex: the words decide.
    const text = (value: string | undefined): Data | undefined => (value === undefined ? undefined : { kind: "text", text: value });
    if (token.kind !== "string") {
      switch (token.text) {
        case "option":
          return text(option());
        case "hardware":
          at++;
          return names.isDhcp6 ? fail("hardware is of DHCPv4 alone") : { kind: "hardware" };
        case "substring":
          at++;
          return substring();
        case "suffix":
          at++;
          return suffix();
        case "lcase":
        case "ucase": {
          at++;
          const inner = need("(") && data();
          const value = inner && need(")") && textOf(inner);
          return value === undefined ? undefined : text(`${token.text}(${value})`);
        }
        case "concat":
          at++;
          return concatenation();
        case "binary-to-ascii":
          at++;
          return digits();
        case "extract-int":
          at++;
          return integer();
        case "(": {
          at++;
          const inner = data();
          return inner && need(")") && inner;
        }
      }
    }
    const bytes = bytesOf(token);
    if (bytes === undefined) return fail(`${token.text} has no counterpart in class expressions`);
    at++;
    return { kind: "bytes", bytes };
  }

  function option(): string | undefined {
    take("option");
    const name = peek();
    if (name === undefined) return fail("the name of an option is missing");
    at++;
    const [space, inSpace] = name.split(".");
    if (space === "agent") {
      const wanted = (inSpace ?? "").replaceAll("-", "_").toLowerCase();
      const subOption = RELAY_SUB_OPTIONS.find((one) => one.name === wanted);
      return subOption === undefined ? fail(`the sub-option ${name} of the relay is unknown`) : `relay4[${subOption.code}].hex`;
    }
    const known = names.find(name);
    if (known === undefined) return fail(`the option ${name} is unknown, or of a space of its own`);
    return `option[${known.name}].hex`;
  }

  function substring(): Data | undefined {
    const inner = need("(") && data();
    if (inner === undefined || !need(",")) return undefined;
    const start = number();
    if (start === undefined || !need(",")) return undefined;
    const length = number();
    if (length === undefined || !need(")")) return undefined;
    if (inner.kind === "hardware" && start > 0) {
      const whole = start === 1 && length >= 16;
      return { kind: "text", text: whole ? "pkt4.mac" : `substring(pkt4.mac, ${start - 1}, ${length})` };
    }
    const value = textOf(inner);
    return value === undefined ? undefined : { kind: "text", text: `substring(${value}, ${start}, ${length})` };
  }

  function suffix(): Data | undefined {
    const inner = need("(") && data();
    if (inner === undefined || !need(",")) return undefined;
    const length = number();
    if (length === undefined || !need(")")) return undefined;
    const value = textOf(inner);
    return value === undefined ? undefined : { kind: "text", text: `substring(${value}, -${length}, all)` };
  }

  function concatenation(): Data | undefined {
    if (!need("(")) return undefined;
    const parts: string[] = [];
    do {
      const part = data();
      const value = part && textOf(part);
      if (value === undefined) return undefined;
      parts.push(value);
    } while (take(","));
    if (!need(")")) return undefined;
    return { kind: "text", text: parts.length === 1 ? (parts[0] as string) : parts.reduce((all, part) => `concat(${all}, ${part})`) };
  }

  function digits(): Data | undefined {
    if (!need("(")) return undefined;
    const base = number();
    if (base === undefined || !need(",")) return undefined;
    const width = number();
    if (width === undefined || !need(",")) return undefined;
    const separator = words[at++];
    if (separator?.kind !== "string" || !need(",")) return fail("binary-to-ascii needs a separator in quotes");
    const inner = data();
    const of = inner && need(")") && textOf(inner);
    if (of === undefined) return undefined;
    if (base !== 16 || width !== 8) return fail("of binary-to-ascii only base 16 and 8 bits have a counterpart");
    return { kind: "digits", of, separator: separator.text };
  }

  function integer(): Data | undefined {
    const inner = need("(") && data();
    if (inner === undefined || !need(",")) return undefined;
    const bits = number();
    const of = bits === undefined || !need(")") ? undefined : textOf(inner);
    return of === undefined ? undefined : { kind: "number", of, size: (bits as number) / 8 };
  }

  function textOf(value: Data): string | undefined {
    switch (value.kind) {
      case "bytes":
        return literalOf(value.bytes);
      case "text":
        return value.text;
      case "hardware":
        return HARDWARE;
      case "digits":
        return fail("binary-to-ascii has a counterpart only where it is compared with text in quotes");
      case "number":
        return fail("extract-int has a counterpart only where it is compared with a number");
    }
  }

  return {
    condition,
    data,
    textOf,
    finish(text) {
      if (reason !== undefined || text === undefined) return { ok: false, reason: reason ?? "it is not understood" };
      if (at < words.length) return { ok: false, reason: `${peek()} is not understood here` };
      return { ok: true, text };
    },
  };
}
