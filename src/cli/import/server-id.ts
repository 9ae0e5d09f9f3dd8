import { toHex } from "../../net/bytes.ts";
import { type Duid, DuidType, duidType, hardwareOfDuid, timeOfDuid } from "../../net/duid.ts";

/** `server_id` of the section `v6` that makes this DUID, as YAML on one line. */
export function serverIdOf(duid: Duid): string {
  const hardware = hardwareOfDuid(duid);
  if (hardware !== undefined) {
    const time = timeOfDuid(duid);
    const type = time === undefined ? "type: LL" : `type: LLT, time: ${time}`;
    return `{ ${type}, hardware_type: ${hardware.type}, identifier: "${toHex(hardware.address)}" }`;
  }
  if (duidType(duid) === DuidType.UUID) return `{ type: UUID, identifier: "${toHex(duid.subarray(2))}" }`;
  const enterprise = new DataView(duid.buffer, duid.byteOffset).getUint32(2);
  return `{ type: EN, enterprise_id: ${enterprise}, identifier: "${toHex(duid.subarray(6))}" }`;
}
