import { STATUS_CODES } from "node:http";

/** A request that is not done, as RFC 9457 has it. */
export class Problem extends Error {
  readonly status: number;
  /** Members besides status, title and detail. */
  readonly more: Readonly<Record<string, unknown>>;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.more = more;
    this.headers = headers;
  }
}

/** The media type of a problem (RFC 9457 section 3). */
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** The body of an answer about a problem. */
export function bodyOf(status: number, detail: string, more: Readonly<Record<string, unknown>> = {}): object {
  return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, ...more };
}
