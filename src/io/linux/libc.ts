import { TransportError } from "../transport.ts";
import { errnoOf } from "./errno.ts";

/** A poll handle on the event loop. Keep a reference to it: a collected handle closes itself. */
export interface Poll {
  start(): void;
  stop(): void;
  close(): void;
}

/**
 * The C functions that the sockets need. All return -1 on failure; then `errno()` names the error.
 * Memory is passed as typed arrays over an ArrayBuffer of its own; whoever puts an address from
 * `address` where the kernel will read or write keeps the array referenced that long.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, option: number, value: Uint8Array, length: Uint8Array): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  sendto(fd: number, bytes: Uint8Array, length: number, flags: number, address: Uint8Array, addressLength: number): number;
  recv(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  recvmmsg(fd: number, messages: Uint8Array, count: number, flags: number, timeout: null): number;
  sendmmsg(fd: number, messages: Uint8Array, count: number, flags: number): number;
  close(fd: number): number;
  /** The name of the last call's error, such as EADDRINUSE. */
  errno(): string;
  /** The address of the first byte. User addresses are below 2^53. */
  address(memory: Uint8Array): number;
  /**
   * Calls `onReadable` from the event loop each time round while `fd` has something to read. It
   * must not throw. Starts stopped.
   */
  poll(fd: number, onReadable: () => void): Poll;
}

const SUPPORTED_ARCHITECTURES = new Set(["x64", "arm64", "riscv64", "loong64", "ppc64"]);

let loaded: Promise<Libc> | undefined;

/**
 * Loads koffi and looks the functions up, once. Rejects with a TransportError where that is
 * impossible.
 */
export function loadLibc(): Promise<Libc> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Libc> {
  if (process.platform !== "linux" || !SUPPORTED_ARCHITECTURES.has(process.arch) || new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new TransportError("ENOSYS", `the linux transport does not know ${process.platform} on ${process.arch}: use the portable one`);
  }
  // Only here, so that the rest works where koffi has no binary.
  const { default: koffi } = await import("koffi").catch((error: unknown) => {
    throw new TransportError("ENOSYS", `koffi does not load on ${process.arch} (${String(error)}): use the portable transport`);
  });
  const libc = koffi.load(null);
  return {
    socket: libc.func("int socket(int domain, int type, int protocol)"),
    setsockopt: libc.func("int setsockopt(int fd, int level, int option, void *value, uint32_t length)"),
    getsockopt: libc.func("int getsockopt(int fd, int level, int option, void *value, void *length)"),
    bind: libc.func("int bind(int fd, void *address, uint32_t length)"),
    getsockname: libc.func("int getsockname(int fd, void *address, void *length)"),
    send: libc.func("intptr_t send(int fd, void *bytes, size_t length, int flags)"),
    sendto: libc.func("intptr_t sendto(int fd, void *bytes, size_t length, int flags, void *address, uint32_t addressLength)"),
    recv: libc.func("intptr_t recv(int fd, void *bytes, size_t length, int flags)"),
    recvmmsg: libc.func("int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout)"),
    sendmmsg: libc.func("int sendmmsg(int fd, void *messages, unsigned int count, int flags)"),
    close: libc.func("int close(int fd)"),
    errno: errnoOf(koffi),
    address: (memory) => Number(koffi.address(memory)),
    poll(fd, onReadable) {
      // koffi's types leave out the first argument. After an error on the socket libuv has stopped
      // the handle; reading clears the error.
      const onEvent = (status: unknown): void => {
        onReadable();
        if (status !== 0) handle.start(onEvent);
      };
      const handle = koffi.node.poll(fd, onEvent);
      handle.stop();
      return { start: () => handle.start(onEvent), stop: () => handle.stop(), close: () => handle.close() };
    },
  };
}
