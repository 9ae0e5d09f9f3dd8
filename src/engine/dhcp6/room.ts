import { headersSize, optionsSize } from "../../wire/dhcp6/encode.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { optionByCode } from "../../wire/dhcp6/option-table.ts";
import type { Decision, Reply } from "./decision.ts";
import { silence } from "./reply.ts";
import type { Trace } from "./trace.ts";

/*
 * Relays have back what they sent (RFC 8415 section 19.3), however much that is. A client that is
 * not told what was recorded as given to it has nothing of it: then nothing is recorded either.
 */

/**
 * The decision, or silence where its answer has no room for what the client must be told. Of what
 * is configured, what has no room is left out, for clients can do without: it stands behind the
 * rest.
 */
export function withRoom(decision: Decision, trace: Trace | undefined): Decision {
  if (decision.kind === "question") {
    const unanswered = withRoom(decision.unanswered, trace);
    if (unanswered === decision.unanswered) return decision;
    return unanswered.kind === "silence" ? unanswered : { ...decision, unanswered: unanswered as typeof decision.unanswered };
  }
  if (decision.kind !== "reply") return decision;
  const { message, limit }: Reply = decision;
  const room = limit - headersSize(message);
  if (optionsSize(message.options) <= room) return decision;
  const needed = message.options.filter(isNeeded);
  if (optionsSize(needed) > room) return silence(trace, "reply-too-large");
  return { ...decision, message: { ...message, options: [...needed, ...message.options.filter((option) => !isNeeded(option))] } };
}

/** Whether the option is part of the protocol, and not of what is configured for the client. */
function isNeeded({ code }: Option): boolean {
  return optionByCode(code)?.protocol === true;
}
