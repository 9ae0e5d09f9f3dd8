import { Capability, restrictThread } from "../io/linux/privileges.ts";
import { yieldToPackets } from "../io/priority.ts";

/* The thread of the HTTP API, from its first moment: what it loads is much. */

yieldToPackets("lowest");
// It may have to listen on port 443.
restrictThread([Capability.netBindService]);
await import("./serve.ts");
