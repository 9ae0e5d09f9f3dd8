import { createRequire } from "node:module";

/*
 * What a service manager is told, sd_notify(3): a datagram to the socket that it names in the
 * environment. Without that nothing is loaded and nothing is sent.
 */

export interface ServiceManager {
  /** Assignments, one a line. Nothing that goes wrong with it is of any matter to the service. */
  notify(...assignments: readonly string[]): void;
  /** How often it wants to hear that the service lives, in milliseconds; undefined: not at all. */
  readonly watchdog: number | undefined;
  close(): void;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** struct sockaddr_un: family, then the path. */
const PATH_OFFSET = 2;
const LONGEST_PATH = 107;

/** `environment`: as of the process. Undefined: there is no service manager that wants to know. */
export function openServiceManager(environment: Readonly<Record<string, string | undefined>>): ServiceManager | undefined {
  const { NOTIFY_SOCKET: path } = environment;
  if (path === undefined || process.platform !== "linux") return undefined;
  const address = addressOf(path);
  if (address === undefined) return undefined;
  try {
    const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
    const libc = koffi.load(null);
    const socket = libc.func("int socket(int domain, int type, int protocol)");
    const sendto = libc.func("intptr_t sendto(int fd, void *bytes, size_t length, int flags, void *address, uint32_t addressLength)");
    const close = libc.func("int close(int fd)");
    const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return undefined;
    return {
      notify(...assignments) {
        const text = new TextEncoder().encode(assignments.map((one) => one.replaceAll("\n", " ")).join("\n"));
        sendto(fd, text, text.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length);
      },
      watchdog: watchdogOf(environment),
      close: () => void close(fd),
    };
  } catch {
    return undefined;
  }
}

/** An address that begins with @ is abstract: of the network namespace, and of no file. */
function addressOf(path: string): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(path);
  if (!/^[/@]/.test(path) || bytes.length > LONGEST_PATH) return undefined;
  const abstract = path.startsWith("@");
  const address = new Uint8Array(new ArrayBuffer(PATH_OFFSET + bytes.length + (abstract ? 0 : 1)));
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(bytes, PATH_OFFSET);
  if (abstract) address[PATH_OFFSET] = 0;
  return address;
}

/** sd_watchdog_enabled(3): the time is in microseconds, and may be meant for another process. */
function watchdogOf({ WATCHDOG_USEC, WATCHDOG_PID }: Readonly<Record<string, string | undefined>>): number | undefined {
  if (WATCHDOG_PID !== undefined && Number(WATCHDOG_PID) !== process.pid) return undefined;
  const microseconds = Number(WATCHDOG_USEC);
  return Number.isSafeInteger(microseconds) && microseconds > 0 ? microseconds / 1000 : undefined;
}
