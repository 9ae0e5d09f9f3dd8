/**
 * Told of each rule that was applied on the way to a decision, in order: `leasehold explain` prints this. `rule` is a stable
 * name; `detail` is for people. Call it as `trace?.("rule", text)`: without a trace the text is never made.
 */
export type Trace = (rule: string, detail: string) => void;
