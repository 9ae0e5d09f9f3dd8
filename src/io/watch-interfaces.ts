import { networkInterfaces } from "node:os";
import { watchLinkEvents } from "./linux/link-events.ts";
import { TransportError } from "./transport.ts";

/**
 * Changes come in bursts: an interface that comes up brings its addresses with it. They are told of
 * together, so many milliseconds after the first.
 */
const SETTLE = 50;
/** How often a system that does not tell is asked, in milliseconds. */
const LOOK_EVERY = 5000;

/**
 * Calls `onChange` soon after interfaces of this machine or their addresses, of either family, have
 * changed: within a tenth of a second on Linux, within some seconds elsewhere. It may be called for
 * nothing, and once for many changes: list the interfaces to see. It keeps the process running
 * until it is closed.
 *
 *     const watch = await watchInterfaces(() => void follow());
 *     ...
 *     watch.close();
 */
export async function watchInterfaces(onChange: () => void): Promise<{ close(): void }> {
  try {
    return await watchLinux(onChange);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return pollInterfaces(onChange);
  }
}

async function watchLinux(onChange: () => void): Promise<{ close(): void }> {
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    onChange();
  };
  const events = await watchLinkEvents(() => {
    timer ??= setTimeout(tell, SETTLE);
  });
  return {
    close() {
      clearTimeout(timer);
      events.close();
    },
  };
}

/** Looks every so often, at what `node:os` knows: interfaces that are up and their addresses. */
export function pollInterfaces(onChange: () => void, every: number = LOOK_EVERY): { close(): void } {
  const look = (): string => JSON.stringify(networkInterfaces());
  let last = look();
  const timer = setInterval(() => {
    const now = look();
    if (now === last) return;
    last = now;
    onChange();
  }, every);
  return { close: () => clearInterval(timer) };
}
