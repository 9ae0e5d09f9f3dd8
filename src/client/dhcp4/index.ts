export * from "./anonymity.ts";
export * from "./lease.ts";
export * from "./machine.ts";
export * from "./messages.ts";
export * from "./timers.ts";
