/** With commas between thousands: 1234567.8 is `1,234,568`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
