/**
 * Sub-options of the Relay Agent Information option (82): RFC 3046 and the IANA registry of its
 * sub-option codes.
 */
export const RelaySubOption = {
  circuitId: 1,
  remoteId: 2,
  docsisDeviceClass: 4,
  linkSelection: 5,
  subscriberId: 6,
  radiusAttributes: 7,
  authentication: 8,
  vendorSpecificInformation: 9,
  relayAgentFlags: 10,
  serverIdentifierOverride: 11,
  relayAgentIdentifier: 12,
  accessTechnologyType: 13,
  accessNetworkName: 14,
  accessPointName: 15,
  accessPointBssid: 16,
  operatorIdentifier: 17,
  operatorRealm: 18,
  relaySourcePort: 19,
  virtualSubnetSelection: 151,
  virtualSubnetSelectionControl: 152,
} as const;

/**
 * The value of the first sub-option with this code (RFC 3046 section 2.0), a view; undefined when
 * there is none. What stands behind a sub-option whose length runs over the end is not read.
 */
export function subOption(relayAgentInformation: Uint8Array, code: number): Uint8Array | undefined {
  const length = relayAgentInformation.length;
  let at = 0;
  while (at + 1 < length) {
    const next = at + 2 + (relayAgentInformation[at + 1] as number);
    if (next > length) return undefined;
    if (relayAgentInformation[at] === code) return relayAgentInformation.subarray(at + 2, next);
    at = next;
  }
  return undefined;
}
