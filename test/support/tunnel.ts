import { closeSync, constants, openSync, readSync } from "node:fs";
import type { TestContext } from "node:test";
import koffi from "koffi";
import { inNamespace } from "./enter-namespace.ts";
import type { Lab, Namespace } from "./namespaces.ts";

const ioctl = koffi.load(null).func("int ioctl(int fd, unsigned long request, void *argument)");
const TUNSETIFF = 0x400454ca;
/** struct ifreq: the name, then the flags. */
const IFREQ_SIZE = 40;
const FLAGS = 16;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;

/** The far end of a link without hardware addresses: what the machine sends through it. */
export interface Tunnel {
  /** IP packets that have been sent since the last call. */
  packets(): Uint8Array[];
}

/** Makes such a link in the namespace, and brings it up. */
export async function openTunnel(t: TestContext, lab: Lab, where: Namespace, name: string): Promise<Tunnel> {
  const request = new Uint8Array(IFREQ_SIZE);
  request.set(new TextEncoder().encode(name));
  new DataView(request.buffer).setUint16(FLAGS, IFF_TUN | IFF_NO_PI, true);
  // The link is made where the file was opened.
  const fd = await inNamespace(where, async () => openSync("/dev/net/tun", constants.O_RDWR | constants.O_NONBLOCK));
  t.after(() => closeSync(fd));
  if (ioctl(fd, TUNSETIFF, request) < 0) throw new Error(`no tunnel (errno ${koffi.errno()})`);
  lab.exec(where, "ip", "link", "set", name, "up");
  return {
    packets() {
      const found: Uint8Array[] = [];
      const buffer = new Uint8Array(65_536);
      for (;;) {
        try {
          found.push(buffer.slice(0, readSync(fd, buffer)));
        } catch {
          return found;
        }
      }
    },
  };
}
