import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { createLab, type Namespace } from "../support/namespaces.ts";
import { requireNamespaces } from "../support/requirement.ts";
import { MAIN } from "../support/run-leasehold.ts";

interface Ended {
  readonly status: number | null;
  readonly said: string;
}

/** What it says last on standard error, or where that is empty on standard output. */
async function run(where: Namespace, command: string): Promise<Ended> {
  const child = spawn("ip", ["netns", "exec", where.name, process.execPath, MAIN, ...command.split(" ")]);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].on("data", (chunk: Buffer) => (texts[name] += chunk.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  const lines = (texts.stderr.trim() || texts.stdout.trim()).split("\n");
  return { status, said: lines.at(-1) ?? "" };
}

const noRoute = (address: string): string =>
  `leasehold: there is no route to ${address} from this machine: \`ip route get ${address}\` shows what the kernel would do; correct the address, or bring up the interface on the way`;
const broadcast = (address: string): string =>
  `leasehold: ${address} can't be sent to (EACCES): it is a broadcast address, or a firewall forbids it; ask all servers on a link with --interface NAME`;
const noLink = (family: string): string =>
  `leasehold: nothing can be sent on that link: the interface is down, or has no ${family} address (\`ip link\` and \`ip address\` show it)`;

test("what can't be reached from here is one sentence that says what to do", async (t) => {
  if (!requireNamespaces(t)) return;
  const lab = createLab(t);
  const [here, there] = [lab.namespace("here"), lab.namespace("there")];
  lab.cable(here, "eth0", there, "eth0");
  lab.cable(here, "eth1", there, "eth1");
  lab.exec(here, "ip", "address", "add", "10.50.0.1/24", "dev", "eth0");
  lab.exec(here, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6");
  lab.exec(here, "ip", "link", "set", "eth1", "down");
  const notSent = (count: number, text: string): string =>
    text.replace("leasehold: ", `leasehold: of the messages ${count} were not sent: `);
  const cases: readonly (readonly [command: string, status: number, said: string])[] = [
    ["probe --server 203.0.113.9 --relay 10.50.0.1", 1, noRoute("203.0.113.9")],
    ["probe --server 203.0.113.9:6767", 1, noRoute("203.0.113.9")],
    ["probe --type release --ciaddr 10.50.0.9 --server-id 10.50.0.1 --server 203.0.113.9", 1, noRoute("203.0.113.9")],
    ["bench --server 203.0.113.9 --seconds 1", 1, noRoute("203.0.113.9")],
    ["probe -6 --server 2001:db8::9 --relay 2001:db8::1", 1, noRoute("2001:db8::9")],
    ["bench -6 --server 2001:db8::9 --seconds 1", 1, noRoute("2001:db8::9")],
    ["probe --server 10.50.0.255 --relay 10.50.0.1", 1, broadcast("10.50.0.255")],
    ["bench --server 10.50.0.255 --seconds 1", 1, broadcast("10.50.0.255")],
    ["probe --server 255.255.255.255 --relay 10.50.0.1", 1, "leasehold: 255.255.255.255 is of a link: name its interface with --interface"],
    ["probe -6 --server fe80::9 --relay ::1", 1, "leasehold: fe80::9 says nothing without its link: name the interface with --interface"],
    [
      "probe --server 10.50.0.9 --relay 10.50.0.77",
      1,
      "leasehold: 10.50.0.77 is not an address of this machine: `ip -4 address` lists them; 0.0.0.0 stands for all",
    ],
    ["probe --server 127.0.0.1:6767", 1, "nothing listens on 127.0.0.1:6767: start the server there, or name another one with --server"],
    ["probe --interface eth1", 1, noLink("IPv4")],
    ["probe -6 --interface eth0", 1, noLink("IPv6")],
    ["bench --interface eth1 --seconds 0.2 --warmup 0 --window 8", 1, notSent(8, noLink("IPv4"))],
    ["client --once --timeout 1 eth1", 1, "leasehold: no lease on eth1 within 1 s: is there a server on its link?"],
    ["client --once --timeout 1 eth2", 1, 'leasehold: there is no network interface "eth2" on this machine; it has lo, eth0, eth1'],
    ["probe --server nowhere", 2, "leasehold: --server nowhere: write an IPv4 address and perhaps a port, such as 127.0.0.1:6767"],
  ];
  for (const [command, status, said] of cases) assert.deepEqual({ command, ...(await run(here, command)) }, { command, status, said });
});
