import { parentPort, workerData } from "node:worker_threads";
import { Capability, restrictThread } from "../io/linux/privileges.ts";
import { yieldToPackets } from "../io/priority.ts";
import type { FromNamesThread, NamesData, ToNamesThread } from "./messages.ts";
import { messageOf } from "./tell.ts";
import { createNamesThread } from "./thread.ts";

/** The thread of names. Of root's rights it has what port 53 needs; programs that it runs have none. */
restrictThread([Capability.netBindService]);
yieldToPackets("last");

const { database, ring, spec } = workerData as NamesData;
const send = (message: FromNamesThread): void => parentPort?.postMessage(message);
const thread = createNamesThread(database, ring, spec, send);
parentPort?.on("message", (message: ToNamesThread) => {
  if (message.kind === "spec") thread.configure(message.spec);
  else if (message.kind === "close") void thread.close().finally(() => process.exit());
  else {
    const { id, question } = message;
    thread.ask(question).then(
      (answer) => send({ kind: "answer", id, answer }),
      (error) => send({ kind: "refused", id, reason: messageOf(error) }),
    );
  }
});
send({ kind: "ready" });
