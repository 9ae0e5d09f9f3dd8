import { createHmac } from "node:crypto";
import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import type { ToldEvent } from "../event-object.ts";

/** Events in one request. */
export const MOST_IN_A_REQUEST = 100;
/** How long a receiver may take to say whether it has them, in milliseconds. */
const PATIENCE = 10_000;
/** What says that a single event is refused, not the receiver's state. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);

/** A receiver that did not take events. */
export class WebhookError extends Error {
  /** For so many milliseconds it wants to be left alone; undefined: it does not say. */
  readonly retryAfter: number | undefined;
  constructor(message: string, retryAfter?: number) {
    super(message);
    this.name = "WebhookError";
    this.retryAfter = retryAfter;
  }
}

export interface Webhook {
  /** Settles when the receiver has said that it has them. Rejects with WebhookError. */
  deliver(items: readonly ToldEvent[]): Promise<number>;
}

export interface WebhookParts {
  readonly url: string;
  /** Undefined: what is sent is not signed. */
  readonly secret: string | undefined;
  readonly signal: AbortSignal;
  /** The receiver says that it can't do with this one, whatever comes: it is left out. */
  refused(item: ToldEvent, status: number): void;
  readonly patience?: number;
}

/**
 * Sends events to a URL, as a JSON array. What counts of the answer is its status: 2xx, they have
 * arrived. With 400, 413 or 422 fewer are sent, down to one, and one that is refused alone is left
 * out; with anything else they are sent again later. A redirection is not followed.
 */
export function createWebhook({ url, secret, signal, refused, patience = PATIENCE }: WebhookParts): Webhook {
  let most = MOST_IN_A_REQUEST;
  return {
    async deliver(items) {
      const sent = items.slice(0, most);
      const status = await post(url, JSON.stringify(sent), secret, signal, patience);
      if (status >= 200 && status < 300) {
        most = Math.min(MOST_IN_A_REQUEST, most * 2);
        return sent.length;
      }
      if (!REFUSED.has(status)) throw new WebhookError(`it answers with status ${status}`);
      const [first] = sent;
      if (sent.length === 1 && first !== undefined) {
        refused(first, status);
        return 1;
      }
      most = Math.max(1, Math.floor(sent.length / 2));
      return 0;
    },
  };
}

/**
 * The signature of a body that is sent at this time, in seconds since 1970: what the header
 * X-Leasehold-Signature has behind `sha256=`.
 */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
}

/** The status of the answer, of which nothing more is read. */
function post(url: string, body: string, secret: string | undefined, signal: AbortSignal, patience: number): Promise<number> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers: Record<string, string | number> = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "user-agent": "leasehold",
    "x-leasehold-timestamp": timestamp,
  };
  if (secret !== undefined) headers["x-leasehold-signature"] = `sha256=${signatureOf(secret, timestamp, body)}`;
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? requestSecure : requestPlain;
    const request = send(url, { method: "POST", headers, signal, maxHeaderSize: 16_384 }, (response) => {
      const { statusCode = 0 } = response;
      const retryAfter = Number(response.headers["retry-after"]);
      clearTimeout(timer);
      // What it says besides is of no interest, however long it is.
      response.on("error", () => {});
      if (Number(response.headers["content-length"] ?? Number.NaN) <= 65_536) {
        const slow = setTimeout(() => request.destroy(), 1000);
        response.once("close", () => clearTimeout(slow));
        response.resume();
      } else if (statusCode !== 204) request.destroy();
      else response.resume();
      if ((statusCode === 429 || statusCode === 503) && retryAfter > 0)
        reject(new WebhookError(`it answers with status ${statusCode}, and asks for patience`, retryAfter * 1000));
      else resolve(statusCode);
    });
    const timer = setTimeout(() => request.destroy(new WebhookError(`it has not answered within ${patience / 1000} s`)), patience);
    request.on("error", (error) => {
      clearTimeout(timer);
      reject(error instanceof WebhookError ? error : new WebhookError(error.message));
    });
    request.end(body);
  });
}
