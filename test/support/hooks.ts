import type { HooksSpec } from "../../src/config/model/common.ts";
import type { HookSwitch } from "../../src/server/hooks/hooks.ts";
import type { HookAnswer, HookCall, HookHappening } from "../../src/server/hooks/messages.ts";
import type { HookAsker, HookThread } from "../../src/server/hooks/thread.ts";

/** Hooks that answer when the test says so. */
export interface HeldHooks extends HookSwitch {
  current: HookThread | undefined;
  /** What was asked and is not answered, the oldest first. */
  readonly calls: readonly HookCall[];
  readonly happenings: HookHappening[];
  free: boolean;
  /** Answers the oldest question, or the one at this place. */
  answer(answer: HookAnswer, place?: number): void;
}

export function holdHooks(spec: Partial<HooksSpec>): HeldHooks {
  const askers = new Set<HookAsker>();
  const asked: { readonly call: HookCall; readonly onAnswer: (answer: HookAnswer) => void }[] = [];
  const happenings: HookHappening[] = [];
  const held: HeldHooks = {
    askers,
    happenings,
    free: true,
    get calls() {
      return asked.map(({ call }) => call);
    },
    answer(answer, place = 0) {
      const [one] = asked.splice(place, 1);
      if (one === undefined) throw new Error("nothing was asked");
      one.onAnswer(answer);
      for (const asker of askers) asker.answered();
    },
    current: {
      spec: { module: "/x.ts", message: false, reply: false, event: false, budget: 50, onFailure: "serve", ...spec },
      get free() {
        return held.free;
      },
      downBecause: undefined,
      call: (call, onAnswer) => void asked.push({ call, onAnswer }),
      tell: (happening) => held.free && happenings.push(happening) > 0,
      close: () => Promise.resolve(),
    },
  };
  return held;
}
