/** An answer, or none, as text by field: what is compared. */
export type Answer = Readonly<Record<string, string>> | undefined;

/** The answers of one server, by what was asked. */
export type Answers = ReadonlyMap<string, Answer>;

/** Where two servers differ. */
export interface Difference {
  /** What was asked. */
  readonly asked: string;
  /** A field, such as `option 51`, or `answer` where only one of the two answered. */
  readonly field: string;
  /** Of the other server; "" where there is none. */
  readonly theirs: string;
  /** Of Leasehold. */
  readonly ours: string;
  /** All that Leasehold answered. */
  readonly answer: Answer;
  /** How many seconds passed in all while both were asked. */
  readonly took: number;
}

export function compare(theirs: Answers, ours: Answers, took: number): readonly Difference[] {
  const differences: Difference[] = [];
  for (const [asked, their] of theirs) {
    const our = ours.get(asked);
    if (their === undefined || our === undefined) {
      if (their !== our) differences.push({ asked, field: "answer", theirs: their?.type ?? "", ours: our?.type ?? "", answer: our, took });
      continue;
    }
    for (const field of new Set([...Object.keys(their), ...Object.keys(our)])) {
      if (their[field] !== our[field])
        differences.push({ asked, field, theirs: their[field] ?? "", ours: our[field] ?? "", answer: our, took });
    }
  }
  return differences;
}
