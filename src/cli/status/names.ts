import type { NamesStatus } from "../../dns/status.ts";
import { formatEndpoint } from "../../net/address.ts";

/** How names stand, for people; of those that are told, and of what resolves them, a line each. */
export function linesOfNames(names: NamesStatus | undefined): string[] {
  if (names === undefined) return [];
  const { conflicts, ready, problem, updates, responder, hosts } = names;
  const without = conflicts === 0 ? "" : `; ${conflicts} ${conflicts === 1 ? "host goes" : "hosts go"} without the name that it claims`;
  return [
    `names: ${ready ? `${names.names} known` : "the leases are being read"}${without}`,
    ...(problem === undefined ? [] : [`  they stay as they are, for the leases can't be read: ${problem}`]),
    ...linesOfUpdates(updates),
    ...linesOfResponder(responder),
    ...linesOfHosts(hosts),
  ];
}

function linesOfUpdates(updates: NamesStatus["updates"]): string[] {
  if (updates === undefined) return [];
  const { pending, conflicts, servers } = updates;
  return [
    `  updates: ${pending} pending${conflicts === 0 ? "" : `; somebody else has the place of ${conflicts} in the DNS`}`,
    ...servers.map(({ kind, zone, server, isUp, problem, retryIn }) => {
      const of = zone ?? (kind === "forward" ? "all other names" : "all other addresses");
      const again = retryIn === undefined ? "" : `, asked again in ${retryIn} s`;
      return `    ${server} for ${of}: ${isUp ? "up" : "down"}${again}${problem === undefined ? "" : `; ${problem}`}`;
    }),
  ];
}

function linesOfResponder(responder: NamesStatus["responder"]): string[] {
  if (responder === undefined) return [];
  const { listening, problems, zones, secondaries } = responder;
  return [
    `  DNS is answered at ${listening.join(", ") || "no address"}, for ${zones.length} ${zones.length === 1 ? "zone" : "zones"}`,
    ...problems.map((one) => `    ${one}`),
    ...secondaries.map((one) => {
      const { waiting, problem } = one;
      const knows = waiting === 0 ? "" : `; it has yet to confirm changes of ${waiting} ${waiting === 1 ? "zone" : "zones"}`;
      return `    secondary ${formatEndpoint(one)}: ${problem ?? "well"}${knows}`;
    }),
  ];
}

function linesOfHosts(hosts: NamesStatus["hosts"]): string[] {
  if (hosts === undefined) return [];
  const { path, written, problem, runProblem } = hosts;
  return [
    `  hosts file ${path}: written ${written} ${written === 1 ? "time" : "times"}`,
    ...(problem === undefined ? [] : [`    it can't be written: ${problem}`]),
    ...(runProblem === undefined ? [] : [`    the program that is run for it failed: ${runProblem}`]),
  ];
}
