/** What the load generator needs of a protocol. */

/** The most clients that one run can have. */
export const MAX_CLIENTS = 1 << 24;

/** What a message asks for, and what its answer is about. */
export const Phase = { offer: 0, lease: 1, renewal: 2 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** What an answer is to the client that waits for it. */
export const Answer = {
  /** Nothing: it belongs to another transaction. */
  unrelated: 0,
  /** It belongs to this one, but is not what it should be. */
  wrong: 1,
  offer: 2,
  /** Of what was offered, or of what the client has. */
  lease: 3,
  refusal: 4,
} as const;
export type Answer = (typeof Answer)[keyof typeof Answer];

/**
 * The messages of the clients of a run, who are numbered from 0, and what they are offered and
 * have. `sequence` tells a client's exchanges apart.
 */
export interface Messages {
  /** Writes a whole message to the start of `into` and returns its length. */
  write(phase: Phase, into: Uint8Array, client: number, sequence: number): number;
  /**
   * Reads an answer, about which the rest then speaks; the client that it is for, below 0 or beyond
   * the last one where there is none.
   */
  read(bytes: Uint8Array, length: number): number;
  /** What the answer is to a client that waits in this phase. */
  answerTo(phase: Phase, client: number, sequence: number): Answer;
  /** Keeps what the answer offers the client. */
  keep(client: number): void;
  /** The client has what it was offered; false when another client of the run has it too. */
  bind(client: number): boolean;
  /** The client has it no more. */
  free(client: number): void;
  readonly words: Words;
}

/** How the report calls what the protocol has. */
export interface Words {
  readonly offer: string;
  readonly lease: string;
  /** In a run of renewals alone. */
  readonly renewal: string;
  /** More than one refusal. */
  readonly refusals: string;
}
