/**
 * `leasehold/client`: pure client state machines and the messages that clients send. No I/O, no
 * clock, no randomness of their own; runs in a browser.
 *
 *     import { dhcp4, runClient } from "leasehold/client";
 *     const client = runClient(dhcp4.machine(dhcp4.ethernetClient(hardwareAddress)), world);
 *     client.happens({ kind: "start", delayed: false });
 *
 * @module
 */
export * as dhcp4 from "./dhcp4/index.ts";
export * as dhcp6 from "./dhcp6/index.ts";
export { type ClientMachine, type ClientWorld, type RunningClient, runClient } from "./run.ts";
