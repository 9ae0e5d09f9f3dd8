import { openProber } from "../../io/open.ts";
import type { AnswerHandler, Prober } from "../../io/prober.ts";
import type { Ipv4 } from "../../net/ipv4.ts";

/**
 * A prober whose sockets are opened when a configuration asks for them, which may be long after the
 * start.
 */
export interface LateProber extends Prober<Ipv4> {
  /** Opens the sockets, if they are not open; what they can't do is in `limitations` then. */
  open(): Promise<void>;
}

/** Until it is opened it asks nobody. `given`: used in place of the system's sockets. */
export function createLateProber(given?: Prober<Ipv4>): LateProber {
  let prober = given;
  let isOpen = false;
  let opening: Promise<void> | undefined;
  let handler: AnswerHandler<Ipv4> = () => {};
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
