import type { LeaseTime } from "../../config/model/common.ts";
import type { Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { timersOf } from "../common/lease-time.ts";
import { secondsOption } from "./option-values.ts";

/** Options 51, 58 and 59 for a lease of this duration, in seconds. */
export function encodeLeaseTime(leaseTime: LeaseTime, duration: number): readonly Option[] {
  const timers = timersOf(leaseTime, duration);
  const lease = secondsOption(OptionCode.ipAddressLeaseTime, duration);
  if (timers === undefined) return [lease];
  return [lease, secondsOption(OptionCode.renewalTime, timers.renew), secondsOption(OptionCode.rebindingTime, timers.rebind)];
}
