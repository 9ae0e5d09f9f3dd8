import { setTimeout as delay } from "node:timers/promises";
import { AF_PACKET, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_RAW, SOCKADDR_LL_SIZE, SOL_PACKET } from "../../src/io/linux/constants.ts";
import { loadLibc } from "../../src/io/linux/libc.ts";
import { inNamespace } from "./enter-namespace.ts";
import type { Lab, Namespace } from "./namespaces.ts";

const ETH_P_ALL = 3;
const PACKET_IGNORE_OUTGOING = 23;

/** Our end of a cable: sends any Ethernet frame and hears all that arrive, without an address or a firewall in the way. */
export interface Tap {
  readonly hardwareAddress: Uint8Array;
  send(frame: Uint8Array): void;
  /** Frames that have arrived since the last call and match, once there are `count` of them or 2 seconds have passed. */
  frames(count: number, matches: (frame: Uint8Array) => boolean): Promise<Uint8Array[]>;
  close(): void;
}

export async function openTap(lab: Lab, where: Namespace, interfaceName: string): Promise<Tap> {
  const libc = await loadLibc();
  const link = JSON.parse(lab.exec(where, "ip", "-j", "link", "show", interfaceName))[0] as { ifindex: number; address: string };
  const fd = await inNamespace(where, () => libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const name = new DataView(new ArrayBuffer(SOCKADDR_LL_SIZE));
  name.setUint16(0, AF_PACKET, true);
  name.setUint16(2, ETH_P_ALL);
  name.setInt32(4, link.ifindex, true);
  libc.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, Uint8Array.of(1, 0, 0, 0), 4);
  if (fd < 0 || libc.bind(fd, new Uint8Array(name.buffer), SOCKADDR_LL_SIZE) < 0) throw new Error(`no tap: ${libc.errno()}`);
  const buffer = new Uint8Array(65_536);
  return {
    hardwareAddress: Uint8Array.from(link.address.split(":"), (pair) => Number.parseInt(pair, 16)),
    send(frame) {
      if (libc.send(fd, frame, frame.length, 0) === frame.length) return;
      const code = libc.errno();
      // The interface is gone with its namespace: the test is over, and whoever answers in it has not heard yet.
      if (code !== "ENXIO") throw new Error(`the frame is not sent: ${code}`);
    },
    async frames(count, matches) {
      const found: Uint8Array[] = [];
      for (const end = Date.now() + 2000; found.length < count && Date.now() < end; await delay(5)) {
        for (;;) {
          const length = libc.recv(fd, buffer, buffer.length, 0);
          if (length < 0) break;
          const frame = buffer.slice(0, length);
          if (matches(frame)) found.push(frame);
        }
      }
      return found;
    },
    close: () => void libc.close(fd),
  };
}
