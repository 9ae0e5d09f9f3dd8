/** What the messages of one client led to. */
import type { JsonValue } from "../../wire/values/values.ts";

/** The hardware address of a client that has none of its own. */
export const DEFAULT_MAC = "02:00:00:00:00:01";

export interface Outcome {
  readonly ok: boolean;
  /** The last line. */
  readonly text: string;
}

/** A protocol to probe with: the messages that the command line asks for, client by client. */
export interface Conversations {
  /**
   * Speaks as the client that is so many behind the first. Exchanges are shown with `print`, and
   * returned for the JSON form.
   */
  converse(client: number, print: (text: string) => void): Promise<Outcome & { readonly exchanges: readonly JsonValue[] }>;
  close(): void;
}
