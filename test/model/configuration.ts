import type { Random } from "../support/random.ts";

/** Of a few hundred configurations the one that the numbers say: small pools and short times, so that clients get in each other's way. */
export function randomConfiguration(random: Random): string {
  const maybe = (text: string): string => (random.below(2) === 0 ? text : "");
  const isShared = random.below(3) === 0;
  const hasClasses = random.below(2) === 0;
  const second = hasClasses ? ", deny_class: phones" : "";
  return `
cache_threshold: ${random.pick([0, 30])}
affinity: ${random.pick([20, 200])}
offer_hold: ${random.pick([5, 20])}
rapid_commit: ${random.pick([true, false])}
bootp_enable: ${random.pick([true, false])}
chaddr_only: ${random.below(8) === 0}
${maybe('limits: [{ key: "relay4[1].hex", max: 2 }]')}
${hasClasses ? `client_classes: { v4: [{ name: phones, assert: "option[60].text == 'phone'" }] }` : ""}
${isShared ? "shared_networks: { both: [10.0.0.0/24, 10.0.1.0/24] }" : ""}
networks:
  10.0.0.0/24:
    probation_period: ${random.pick([10, 50, "infinite"])}
    allocation: ${random.pick(["sequential", "hashed"])}
    server_id: 10.0.0.12
    config: { lease_time: 60 }
    ranges: [{ range: 10.0.0.10-10.0.0.15${hasClasses ? ", class: phones" : ""} }, { range: 10.0.0.16-10.0.0.18${second} }]
    reservations:
      - { ip: 10.0.0.30, match: { chaddr: "02:00:00:00:00:01" } }
      - { ip: 10.0.0.11, match: { chaddr: "02:00:00:00:00:02" } }
  10.0.1.0/24:
    authoritative: ${random.pick([true, false])}
    config: { lease_time: 30 }
    ranges: [{ range: 10.0.1.10-10.0.1.12 }]
    ${maybe("adaptive_threshold: 0.5")}
`;
}

/** Where clients ask for addresses: in the pools, reserved ones, and the server's own. */
export const ADDRESSES = [
  ...[10, 11, 12, 13, 14, 15, 16, 17, 18, 30].map((last) => `10.0.0.${last}`),
  ...[10, 11, 12].map((last) => `10.0.1.${last}`),
];
