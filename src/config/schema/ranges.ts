import * as z from "zod";
import { expected } from "../text/expected.ts";
import { guards } from "./settings.ts";
import { list } from "./values.ts";

/** Types of the values of a range, of a protocol. */
interface RangeParts<Address, Span, Config, Options> {
  readonly address: Address;
  /** `first-last`, and the addresses of a prefix. */
  readonly range: Span;
  readonly prefix: Span;
  readonly exception: Span;
  readonly config: Config;
  readonly options: Options;
  /** What `range` and `prefix` are, in words. */
  readonly words: { readonly range: string; readonly prefix: string };
}

/** Addresses for clients without a reservation. */
export function rangeOf<Address extends z.ZodType, Span extends z.ZodType, Config extends z.ZodType, Options extends z.ZodType>(
  parts: RangeParts<Address, Span, Config, Options>,
) {
  return z
    .strictObject(
      {
        start: parts.address.optional().describe("First address."),
        end: parts.address.optional().describe("Last address."),
        range: parts.range.optional().describe(parts.words.range),
        prefix: parts.prefix.optional().describe(parts.words.prefix),
        except: list(parts.exception, "addresses, ranges and prefixes")
          .optional()
          .describe("Addresses inside that are never given out. Default: none."),
        config: parts.config.optional(),
        options: parts.options.optional(),
        ...guards,
      },
      { error: expected("a range: a map with start and end, with range, or with prefix") },
    )
    .superRefine(({ start, end, range, prefix }, context) => {
      const forms = [start !== undefined || end !== undefined, range !== undefined, prefix !== undefined];
      const complete = range !== undefined || prefix !== undefined || (start !== undefined && end !== undefined);
      const count = forms.filter(Boolean).length;
      if (count === 1 && complete) return;
      const missing = start === undefined ? "start" : "end";
      const message =
        count > 1 ? "the range is given in two ways" : count === 0 ? "the range has no addresses" : `the range has no ${missing}`;
      context.addIssue({
        code: "custom",
        message,
        params: { hint: "give start and end, or range: FIRST-LAST, or prefix: ADDRESS/LENGTH" },
      });
    });
}
