import { LEASE_FORM as DHCP4 } from "../dhcp4/printed.ts";
import { LEASE_FORM as DHCP6 } from "../dhcp6/printed.ts";
import type { LeaseForm } from "./form.ts";

/** How leases of all protocols are written. */
export const LEASE_FORMS: readonly LeaseForm[] = [DHCP4, DHCP6];

/** The form of a space; undefined: a later version of this program has leases of its own there. */
export function formOf(space: number): LeaseForm | undefined {
  return LEASE_FORMS.find((form) => form.space === space);
}
