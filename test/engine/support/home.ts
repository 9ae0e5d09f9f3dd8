import { addresses, type ConfigSpec, configOf, type NetworkSpec, text } from "./config.ts";
import { type Server, serverOf } from "./server.ts";

/** The network of most tests: the server is 10.0.0.1 on eth0, addresses are given out from .100 upwards. */
export const HOME: NetworkSpec = {
  ranges: [{ range: "10.0.0.100-10.0.0.199" }],
  options: { 3: addresses("10.0.0.1"), 6: addresses("10.0.0.53"), 15: text("example.org") },
};

/** Another network, in which eth1 of the server is 10.0.1.1. */
export const AWAY: NetworkSpec = { ranges: [{ range: "10.0.1.100-10.0.1.199" }] };

export function home(network: NetworkSpec = {}, rest: Omit<ConfigSpec, "networks"> = {}): Server {
  return serverOf(configOf({ networks: { "10.0.0.0/24": { ...HOME, ...network } }, ...rest }));
}

export function homeAndAway(network: NetworkSpec = {}, rest: Omit<ConfigSpec, "networks"> = {}): Server {
  return serverOf(configOf({ networks: { "10.0.0.0/24": { ...HOME, ...network }, "10.0.1.0/24": AWAY }, ...rest }));
}
