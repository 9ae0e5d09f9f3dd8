import type { LogAllowance } from "../../io/log-allowance.ts";
import { createLogAllowance, withLeftOut } from "../../io/log-allowance.ts";
import { formatEndpoint } from "../../net/address.ts";
import { encodeUpdate } from "../../wire/dns/update.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan, Update } from "./plan.ts";
import { type Failure, judgeOutcome, type UpdateResult } from "./result.ts";
import { type Lane, mayAsk, probe, type Route, type Slot } from "./routes.ts";

/*
 * Messages of one piece of work: to the first server of its zone that does what it is asked.
 */

/** Entries of the log a minute about failures of one kind. */
const ALLOWED = 10;

/** How a plan ended. */
export type Carried =
  /** An attempt held; or none did, which means what the plan says. */
  | { readonly kind: "done" | "unmet" }
  /** `failures`: of each server that was asked; none: no server may be asked now. */
  | { readonly kind: "failed"; readonly failures: readonly Failure[] };

export interface Asking {
  /** Sends what a plan says, beginning on the lane of this place. `name`: whose records it is about. */
  carryOut(route: Route, slot: Slot, name: string, plan: Plan): Promise<Carried>;
  /** One message to one server, and what it means for the server's health. */
  ask(lane: Lane, encode: (id: number) => Uint8Array): Promise<Outcome>;
}

export interface AskingParts {
  log(level: "debug" | "info" | "warn", text: string): void;
  /** Milliseconds that never go back. */
  uptime(): number;
  /** Seconds since 1970. */
  now(): number;
}

export function createAsking({ log, uptime, now }: AskingParts): Asking {
  /** One kind of failure must not hide another. */
  const allowances = new Map<UpdateResult, LogAllowance>();

  function warn(result: UpdateResult, text: string): void {
    let allowance = allowances.get(result);
    if (allowance === undefined) {
      allowance = createLogAllowance(ALLOWED, uptime);
      allowances.set(result, allowance);
    }
    const leftOut = allowance.take();
    if (leftOut !== undefined) log("warn", withLeftOut(text, leftOut));
  }

  async function ask(lane: Lane, encode: (id: number) => Uint8Array): Promise<Outcome> {
    const { endpoint, health, server } = lane;
    const sent = uptime();
    const outcome = await endpoint.exchange.ask(encode, server.key);
    if (outcome.kind === "closed") return outcome;
    const judged = judgeOutcome(outcome, now());
    const who = `DNS server ${formatEndpoint(server)}`;
    const failure = typeof judged === "object" ? judged : undefined;
    lane.problem = failure?.text;
    const fails = failure?.scope ?? "none";
    if (fails === "server") {
      if (!endpoint.health.isDown())
        warn((failure as Failure).result, `${who}: ${failure?.text}; updates for it wait, and are tried again`);
      endpoint.health.failed(sent);
      return outcome;
    }
    if (endpoint.health.worked()) log("info", `${who} answers again`);
    if (fails === "key") {
      const key = server.key === undefined ? "" : ` with key ${server.key.name}`;
      if (!health.isDown()) warn((failure as Failure).result, `${who}${key}: ${failure?.text}; updates for it wait, and are tried again`);
      health.failed(sent);
    } else if (health.worked()) log("info", `${who} takes updates again`);
    return outcome;
  }

  /** What became of an update on one lane. */
  async function update(lane: Lane, zone: string | undefined, name: string, one: Update): Promise<"done" | "unmet" | Failure> {
    const whole = zone ?? (await lane.zones.zoneOf(name, (encode) => ask(lane, encode)));
    if (typeof whole === "object") {
      const judged = judgeOutcome(whole, now());
      return typeof judged === "object" ? judged : { result: "other", text: "it does not say which zone the name is in", scope: "name" };
    }
    if (whole === "") return { result: "notauth", text: "it has no zone that the name is in", scope: "name" };
    return judgeOutcome(await ask(lane, (id) => encodeUpdate({ id, zone: whole, ...one })), now());
  }

  /** What became of it on the first lane where anything did. */
  async function send(route: Route, first: Lane | undefined, name: string, one: Update): Promise<"done" | "unmet" | readonly Failure[]> {
    const failures: Failure[] = [];
    for (const lane of route.lanes) {
      if (lane !== first) {
        const may = mayAsk(lane);
        if (may === "no") continue;
        if (may === "probe") probe(lane);
      }
      const judged = await update(lane, route.zone, name, one);
      if (typeof judged !== "object") return judged;
      failures.push(judged);
      const at = formatEndpoint(lane.server);
      if (judged.scope === "name") warn(judged.result, `DNS server ${at}, update of ${name}: ${judged.text}`);
      else log("debug", `DNS server ${at}, update of ${name}: ${judged.text}`);
    }
    return failures;
  }

  return {
    ask,
    async carryOut(route, { lane }, name, plan) {
      // Its place is for the first message: afterwards the server is known to be well, or not.
      let first: Lane | undefined = lane;
      for (const attempt of plan.attempts) {
        const sent = await send(route, first, name, attempt);
        first = undefined;
        if (sent === "unmet") continue;
        if (sent !== "done") return { kind: "failed", failures: sent };
        const last = attempt.cleanup === undefined ? "done" : await send(route, undefined, name, attempt.cleanup);
        return typeof last === "object" ? { kind: "failed", failures: last } : { kind: "done" };
      }
      return { kind: "unmet" };
    },
  };
}
