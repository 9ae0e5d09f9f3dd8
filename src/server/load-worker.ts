import { restrictThread } from "../io/linux/privileges.ts";
import { yieldToPackets } from "../io/priority.ts";

/* The thread that reads configurations, from its first moment: what it loads is much. */

yieldToPackets("low");
// Before anything of a module that is the operator's own.
restrictThread();
await import("./loading.ts");
