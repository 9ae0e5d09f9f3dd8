import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { drivers } from "./client-programs.ts";
import { tellOnFailure, temporaryFolder } from "./leasehold-process.ts";
import type { Lab, Namespace, Program } from "./namespaces.ts";

const HOOK = fileURLToPath(new URL("client-hook.sh", import.meta.url));

export type ClientProgram = "dhclient" | "udhcpc" | "dhcpcd" | "systemd-networkd";

/** What the client says has happened; the names are those of dhclient and dhcpcd. */
export type ClientEventName = "BOUND" | "REBOOT" | "RENEW" | "REBIND" | "NAK" | "EXPIRE";

/** What the client was given, as it hands it to its script. */
export interface ClientEvent {
  readonly event: string;
  readonly address: string;
  readonly mask: string;
  readonly routers: string;
  readonly dns: string;
  readonly domain: string;
  readonly server: string;
  readonly leaseTime: string;
  /** Option 12: the name that the client is to have. */
  readonly hostname: string;
}

export interface DhcpClientOptions {
  readonly program: ClientProgram;
  /** The interface of the namespace; default eth0. */
  readonly interface?: string;
  /** Option 12 as the client sends it. */
  readonly hostname?: string;
  /** Option 81, with the name on the wire or as text (flag E), by dhclient; dhcpcd always has it on the wire, and asks the server to see to it. */
  readonly fqdn?: { readonly name: string; readonly encoded: boolean; readonly serverUpdates: boolean };
  /** Options 60 and 77 as text. Some programs send 77 as one string, some in the form of RFC 3004: a length byte before it. */
  readonly vendorClass?: string;
  readonly userClass?: string;
  /** Asks by ARP whether somebody has the address that it was given, and declines it then; only udhcpc and dhcpcd can. */
  readonly checksAddress?: boolean;
  /** Option 80; only dhcpcd can send it. */
  readonly rapidCommit?: boolean;
  /** Option 61 in hex, with its type byte. Default: what the program sends by itself. */
  readonly clientIdentifier?: string;
  /** Where the client keeps its lease; default a folder of its own. */
  readonly folder?: string;
}

/** A DHCP client that others wrote, on an interface of a namespace of its own. */
export interface DhcpClient {
  readonly folder: string;
  start(): void;
  /** The next event with one of these names, after those that were returned before. Rejects with the client's output after 20 seconds. */
  next(...names: ClientEventName[]): Promise<ClientEvent>;
  /** Address with prefix length and default router as the kernel has them; undefined where there is none. */
  configured(): { readonly address: string | undefined; readonly router: string | undefined };
  /** Has the client ask for more time now. Only udhcpc is told so: it renews after half of its lease, and never before 15 seconds. */
  renew(): void;
  /** Has the client give its lease back and end. */
  release(): Promise<void>;
  /** Ends the client as a power cut does: nothing is sent, the interface loses its address, what is on disk stays. */
  cut(): Promise<void>;
  /** Loses what is on disk too. */
  forget(): void;
}

export function createDhcpClient(t: TestContext, lab: Lab, where: Namespace, options: DhcpClientOptions): DhcpClient {
  const { program, folder = temporaryFolder(t), interface: device = "eth0" } = options;
  const hook = join(folder, "hook.sh");
  const eventsFile = join(folder, "events");
  const state = join(folder, "state");
  copyFileSync(HOOK, hook);
  chmodSync(hook, 0o755);
  writeFileSync(eventsFile, "");
  if (program === "dhcpcd") writeFileSync(join(folder, "sets-address-itself"), "");
  mkdirSync(state, { recursive: true });

  const driver = drivers[program]({ lab, where, options, device, folder, hook, state });
  let running: Program | undefined;
  let seen = 0;
  const events = (): readonly ClientEvent[] =>
    driver.events?.(running as Program) ??
    readFileSync(eventsFile, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ClientEvent);
  const told = (): string => `${program} said:\n${running?.output()}\n${readFileSync(eventsFile, "utf8")}`;
  tellOnFailure(t, told);

  return {
    folder,
    start() {
      running = lab.start(where, ...driver.command);
    },
    async next(...names) {
      for (const end = Date.now() + 20_000; Date.now() < end; await delay(50)) {
        const all = events();
        for (; seen < all.length; seen++) {
          const event = all[seen] as ClientEvent;
          if (!(names as string[]).includes(event.event)) continue;
          seen++;
          return event;
        }
      }
      throw new Error(`no ${names.join(" or ")} within 20 seconds; ${told()}`);
    },
    configured() {
      const [link] = JSON.parse(lab.exec(where, "ip", "-j", "-4", "address", "show", device));
      const own = link?.addr_info?.[0] as { local: string; prefixlen: number } | undefined;
      const [route] = JSON.parse(lab.exec(where, "ip", "-j", "route", "show", "default")) as { gateway?: string }[];
      return { address: own && `${own.local}/${own.prefixlen}`, router: route?.gateway };
    },
    renew() {
      assert.equal(program, "udhcpc");
      process.kill((running as Program).pid, "SIGUSR1");
    },
    async release() {
      await driver.release(running as Program);
    },
    async cut() {
      await running?.end("SIGKILL");
      // Helper processes of the client, such as those that dhcpcd separates its privileges with.
      for (const pid of lab.exec(where, "ip", "netns", "pids", where.name).split("\n").filter(Boolean)) kill(Number(pid));
      lab.exec(where, "ip", "address", "flush", "dev", device);
    },
    forget() {
      rmSync(state, { recursive: true });
      mkdirSync(state);
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
