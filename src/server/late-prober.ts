import type { AnswerHandler, Prober } from "../io/prober.ts";

/**
 * A prober whose sockets are opened when a configuration asks for them, which may be long after the
 * start.
 */
export interface LateProber<A> extends Prober<A> {
  /** Opens the sockets, if they are not open; what they can't do is in `limitations` then. */
  open(): Promise<void>;
}

/**
 * Until it is opened it asks nobody. `openProber` opens the system's sockets; `given` is used in
 * their place.
 */
export function createLateProber<A>(openProber: () => Promise<Prober<A>>, given?: Prober<A>): LateProber<A> {
  let prober = given;
  let isOpen = false;
  let opening: Promise<void> | undefined;
  let handler: AnswerHandler<A> = () => {};
  return {
    get limitations() {
      return isOpen ? (prober?.limitations ?? []) : [];
    },
    start(onAnswer) {
      handler = onAnswer;
      prober?.start(handler);
    },
    ask: (address, interfaceIndex) => prober?.ask(address, interfaceIndex) ?? false,
    close: () => prober?.close(),
    open() {
      opening ??= openOnce().catch((error) => {
        // Whoever asks for it next tries again.
        opening = undefined;
        throw error;
      });
      return opening;
    },
  };

  async function openOnce(): Promise<void> {
    if (prober === undefined) {
      prober = await openProber();
      prober.start(handler);
    }
    isOpen = true;
  }
}
