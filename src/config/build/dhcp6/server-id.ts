import type { ServerIdentifierSpec } from "../../model/dhcp6.ts";
import type { Dhcp6File } from "../../schema/config.ts";
import type { Report } from "../../text/problems.ts";

const PARTS = {
  LLT: ["time", "hardware_type", "htype"],
  LL: ["hardware_type", "htype"],
  EN: ["enterprise_id"],
  UUID: [],
} as const satisfies Record<ServerIdentifierSpec["type"], readonly string[]>;

/** As in dora. */
const DEFAULT_ENTERPRISE = 1;

/** How the DUID of the server is made. What a DUID of its type does not have is warned of. */
export function readServerId(file: Dhcp6File["server_id"], report: Report): ServerIdentifierSpec {
  const type = file?.type ?? "LLT";
  for (const key of ["time", "hardware_type", "htype", "enterprise_id"] as const) {
    if (file?.[key] === undefined || (PARTS[type] as readonly string[]).includes(key)) continue;
    const message = `${key} has no effect: a DUID of type ${type} has none`;
    report.warn(["v6", "server_id", key], message, "remove it, or choose the type that has it");
  }
  return {
    type,
    identifier: file?.identifier,
    time: type === "LLT" ? file?.time : undefined,
    hardwareType: type === "LLT" || type === "LL" ? (file?.hardware_type ?? file?.htype) : undefined,
    // 0 stands for none, as in dora.
    enterpriseId: type === "EN" ? file?.enterprise_id || DEFAULT_ENTERPRISE : undefined,
    persist: file?.persist ?? true,
    path: file?.path,
  };
}
