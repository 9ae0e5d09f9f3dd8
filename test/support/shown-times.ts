/*
 * Times of a lease as clients were told them, and as the database shows them. The wall clock says
 * them both, but may be set between the two by less than a server heeds, and the server counts its
 * whole seconds on another clock: one of them may differ.
 */
const CLOCKS = 1;

/** What is wrong with the times of a row, whose client was told that it lasts until `until`, in seconds since 1970. */
export function wrongTimes(row: { readonly start: string; readonly expiry: string }, until: number, leaseTime: number): string | undefined {
  const [starts, ends] = [row.start, row.expiry].map((time) => Date.parse(time) / 1000) as [number, number];
  if (ends < until - CLOCKS) return `ends ${until - ends} s before its client was told`;
  if (ends - starts !== leaseTime || starts > Date.now() / 1000 + CLOCKS) return `lasts from ${row.start} to ${row.expiry}`;
  return undefined;
}
