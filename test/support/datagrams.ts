import { createSocket } from "node:dgram";
import type { TestContext } from "node:test";

/** Sends datagrams from one port and hears what comes back. */
export interface Datagrams {
  /**
   * Sends bytes until something comes back that `isAnswer` takes, for some seconds; undefined: nothing
   * did. With `once` they are sent one time, and it is waited for half a second.
   */
  ask<T>(bytes: Uint8Array, isAnswer: (answer: Uint8Array) => T | undefined, once?: boolean): Promise<T | undefined>;
}

const AGAIN_AFTER = 1000;
const TIMES = 8;
const ONCE = 500;

export async function openDatagrams(t: TestContext, address: string, port: number): Promise<Datagrams> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve) => void socket.bind(0, resolve));
  t.after(() => socket.close());
  return {
    ask: async (bytes, isAnswer, once = false) => {
      for (let i = 0; i < (once ? 1 : TIMES); i++) {
        const found = await new Promise<ReturnType<typeof isAnswer>>((resolve) => {
          const onMessage = (message: Uint8Array): void => {
            const answer = isAnswer(message);
            if (answer !== undefined) settle(answer);
          };
          const settle = (answer: ReturnType<typeof isAnswer>): void => {
            clearTimeout(timer);
            socket.off("message", onMessage);
            resolve(answer);
          };
          const timer = setTimeout(settle, once ? ONCE : AGAIN_AFTER, undefined);
          socket.on("message", onMessage);
          socket.send(bytes, port, address);
        });
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
