/** What a program does with the library where there is no Node.js. All that it finds is plain data. */
import { dhcp4 as client4, dhcp6 as client6 } from "leasehold/client";
import { defineConfig, formatDiagnostics, loadConfig, printConfig } from "leasehold/config";
import { dhcp4 as engine4, dhcp6 as engine6 } from "leasehold/engine";
import { dhcp4 as leases4, dhcp6 as leases6 } from "leasehold/leases";
import { duidLl, formatIpv4, formatIpv6Prefix, parseIpv4, parseIpv6 } from "leasehold/net";
import { dhcp4, dhcp6, frames } from "leasehold/wire";

const YAML = `
networks:
  192.168.5.0/24:
    options: { routers: 192.168.5.1 }
    ranges: [{ range: 192.168.5.100-192.168.5.199 }]
    reservations: [{ ip: 192.168.5.10, match: { chaddr: "02:00:00:00:00:09" } }]
v6:
  networks:
    2001:db8::/64:
      interfaces: [eth0]
      ranges: [{ range: "2001:db8::100-2001:db8::1ff" }]
`;
const NOW = 1_700_000_000;
const HARDWARE = Uint8Array.of(2, 0, 0, 0, 0, 9);

export function run(): unknown {
  const loaded = loadConfig(YAML, "page.yaml");
  if (!loaded.ok) return loaded.diagnostics;
  const broken = "networks: { 10.0.0.0/24: { rangs: [] } }";
  const wrong = loadConfig(broken, "broken.yaml");
  const { config } = loaded;
  const frame = new Uint8Array(64);
  frames.writeEthernet(frame, frames.ETHERNET_BROADCAST, HARDWARE, frames.EtherType.arp);
  return {
    diagnostics: wrong.ok ? [] : formatDiagnostics(wrong.diagnostics, "broken.yaml", broken),
    printed: printConfig(config),
    defined: defineConfig({ options: { routers: "10.0.0.1" } }),
    frame: frames.parseEthernet(frame)?.etherType,
    dhcp4: converse4(config),
    dhcp6: config.dhcp6 && converse6(config.dhcp6),
  };
}

/** A client gets its address, and gives it back. */
function converse4(config: ConstructorParameters<typeof leases4.LeaseTable>[0]): unknown {
  const table = new leases4.LeaseTable(config);
  const decider = engine4.createDecider(config);
  const said: string[] = [];
  const answer = (bytes: Uint8Array): Uint8Array | undefined => {
    const decoded = dhcp4.decode(bytes);
    if (!decoded.ok) return undefined;
    said.push(dhcp4.formatMessage(decoded.message));
    const here = { index: 2, name: "eth0", address: parseIpv4("192.168.5.1") ?? 0, prefixLength: 24 };
    const decision = engine4.decide(
      { decider, leases: table, now: NOW, random: 0 },
      { message: decoded.message, interface: here, source: 0, sourcePort: 68, destination: 0xffffffff, serverPort: 67 },
      (event) => said.push(`${event.rule}: ${engine4.describeTrace(event)}`),
    );
    if (decision.kind !== "reply" && decision.kind !== "update") return undefined;
    for (const change of decision.changes) table.apply(change);
    return decision.kind === "reply" ? dhcp4.encodeMessage(decision.message) : undefined;
  };
  const settings = client4.ethernetClient(HARDWARE);
  let state = client4.STOPPED;
  const events: client4.ClientEvent[] = [{ kind: "start", delayed: false }];
  for (let event = events.shift(); event !== undefined; event = events.shift()) {
    const next = client4.step(settings, state, event, 0, () => 0.5);
    state = next.state;
    for (const action of next.actions) {
      const bytes = action.kind === "send" ? answer(dhcp4.encodeMessage(action.message)) : undefined;
      if (bytes !== undefined) events.push({ kind: "datagram", bytes });
      if (action.kind !== "configure") continue;
      said.push(`use ${formatIpv4(action.lease.address)}`);
      events.push({ kind: "release" });
    }
  }
  return { said, leases: [...table.leases()].map(({ address, state }) => [formatIpv4(address), state]) };
}

function converse6(config: ConstructorParameters<typeof leases6.LeaseTable>[0]): unknown {
  const table = new leases6.LeaseTable(config);
  const decider = engine6.createDecider(config);
  const address = parseIpv6("fe80::1") as Uint8Array;
  const said: string[] = [];
  const answer = (bytes: Uint8Array): Uint8Array | undefined => {
    const decoded = dhcp6.decode(bytes);
    if (!decoded.ok) return undefined;
    said.push(dhcp6.formatMessage(decoded.message));
    const decision = engine6.decide(
      { decider, leases: table, now: NOW, random: () => 0, serverIdentifier: duidLl({ type: 1, address: HARDWARE }) },
      {
        message: decoded.message,
        interface: { index: 2, name: "eth0", address, addresses: [address] },
        source: parseIpv6("fe80::9") as Uint8Array,
        sourcePort: 546,
        destination: client6.ALL_DHCP_RELAY_AGENTS_AND_SERVERS,
        serverPort: 547,
      },
    );
    if (decision.kind !== "reply") return undefined;
    for (const change of decision.changes) table.apply(change);
    return dhcp6.encodeMessage(decision.message);
  };
  const settings = client6.ethernetClient(HARDWARE);
  let state = client6.STOPPED;
  let now = 0;
  const events: client6.ClientEvent[] = [{ kind: "start", delayed: false }];
  for (let event = events.shift(); event !== undefined; event = events.shift()) {
    const next = client6.step(settings, state, event, now, () => 0.5);
    state = next.state;
    for (const action of next.actions) {
      const bytes = action.kind === "send" ? answer(dhcp6.encodeMessage(action.message)) : undefined;
      if (bytes !== undefined) events.push({ kind: "datagram", bytes, unicast: true });
      if (action.kind === "configure") said.push(`use ${formatIpv6Prefix(action.lease.prefix)}`);
    }
    if (events.length > 0 || state.exchange === undefined) continue;
    now = state.wakeAt;
    events.push({ kind: "tick" });
  }
  return { said, leases: [...table.leases()].map((lease) => formatIpv6Prefix(lease.address)) };
}
