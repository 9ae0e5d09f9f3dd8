import { createRequire } from "node:module";
import { errnoOf } from "./errno.ts";

/*
 * Who a process is, and what the kernel lets it do beyond that. Capabilities belong to threads: a
 * new thread has those of the one that made it.
 */

/** Capabilities by their numbers, see capabilities(7). */
export const Capability = { netBindService: 10, netAdmin: 12, netRaw: 13 } as const;

/** Whom to become: `name` where the system knows one, and then with its further groups. */
export interface Identity {
  readonly name: string | undefined;
  readonly uid: number;
  readonly gid: number;
}

/** The functions of the C library and of the kernel for this, or undefined where there are none. */
export interface Privileges {
  /** A user by name or number, with its group; undefined: there is none of this name. */
  findUser(name: string): Identity | undefined;
  /** The number of a group by name or number. */
  findGroup(name: string): number | undefined;
  /**
   * Gives root up for good: all threads are this user from now on and have no capabilities, but the
   * calling one keeps those named. No program that is started from here on gets more than it has,
   * whatever its file says. Gives back what the kernel refused that can be done without, one
   * sentence each; throws where the user can't be become.
   */
  become(identity: Identity, keep: readonly number[]): readonly string[];
  /** The calling thread keeps of its capabilities these at the most. */
  keepOnly(keep: readonly number[]): void;
}

// prctl(2)
const PR_SET_KEEPCAPS = 8;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
/** More than there are: the kernel refuses what it does not know. */
const LARGEST_CAPABILITY = 63;

// capset(2): a header of version and thread, then effective, permitted and inheritable twice.
const CAPABILITY_VERSION_3 = 0x20080522;
const PERMITTED = 1;

// seccomp(2)
const SYS_SECCOMP: Readonly<Record<string, number>> = { x64: 317, arm64: 277, riscv64: 277, loong64: 277, ppc64: 358 };
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
/** Without it older kernels would slow all JavaScript down. */
const SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4;
/** The BPF program "return SECCOMP_RET_ALLOW", one instruction. */
const ALLOW_ALL = [0x06, 0, 0, 0, 0, 0, 0xff, 0x7f];

let loaded: Privileges | undefined;

/** Undefined: not on this system, or koffi does not load. */
export function loadPrivileges(): Privileges | undefined {
  loaded ??= load();
  return loaded;
}

/** What sockets need: ports below 1024; packet sockets and probes; large buffers, and routes. */
export const CAPABILITIES_OF_SOCKETS = [Capability.netBindService, Capability.netRaw, Capability.netAdmin];

/**
 * For a thread that needs no capabilities of its own, or only these, in a process that is not
 * root's: one of root's, or of a system without capabilities, stays as it is. Programs that the
 * thread starts have none.
 */
export function restrictThread(keep: readonly number[] = []): void {
  if (process.platform !== "linux" || process.geteuid?.() === 0) return;
  try {
    loadPrivileges()?.keepOnly(keep);
  } catch {
    // A sandbox that does not let it give something up: then it has no more than it was given.
  }
}

function load(): Privileges | undefined {
  if (process.platform !== "linux" || new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) return undefined;
  try {
    // Only here, so that the rest works where koffi has no binary.
    const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
    return over(koffi);
  } catch {
    return undefined;
  }
}

function over(koffi: typeof import("koffi")): Privileges {
  const libc = koffi.load(null);
  const prctl = libc.func("int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)");
  const capget = libc.func("int capget(void *header, void *data)");
  const capset = libc.func("int capset(void *header, void *data)");
  const syscall = libc.func("long syscall(long number, long a, long b, void *c)");
  // The beginnings of struct passwd and struct group, the same in glibc and musl.
  const passwd = koffi.struct({ name: "const char *", password: "const char *", uid: "uint32_t", gid: "uint32_t" });
  const group = koffi.struct({ name: "const char *", password: "const char *", gid: "uint32_t" });
  const getpwnam = libc.func("getpwnam", koffi.pointer(passwd), ["const char *"]);
  const getpwuid = libc.func("getpwuid", koffi.pointer(passwd), ["uint32_t"]);
  const getgrnam = libc.func("getgrnam", koffi.pointer(group), ["const char *"]);
  const errno = errnoOf(koffi);

  function keepOnly(keep: readonly number[]): void {
    const header = Uint32Array.of(CAPABILITY_VERSION_3, 0);
    const data = new Uint32Array(6);
    if (capget(header, data) < 0) throw new Error(`capabilities can't be looked at (${errno()})`);
    // What is not there, as in a container, can't be kept. The second half is for those from 32 on.
    const bits = keep.reduce((sum, one) => sum | (1 << one), 0) & (data[PERMITTED] as number);
    if (capset(header, Uint32Array.of(bits, bits, 0, 0, 0, 0)) < 0) throw new Error(`capabilities can't be given up (${errno()})`);
  }

  /**
   * For all threads, which only a filter of system calls is set for: this one lets everything
   * through.
   */
  function noNewPrivileges(): string | undefined {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return errno();
    const number = SYS_SECCOMP[process.arch];
    if (number === undefined) return `unknown on ${process.arch}`;
    const filter = Uint8Array.from(ALLOW_ALL);
    const program = new DataView(new ArrayBuffer(16));
    program.setUint16(0, filter.length / 8, true);
    program.setBigUint64(8, BigInt(koffi.address(filter)), true);
    const flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    return syscall(number, SECCOMP_SET_MODE_FILTER, flags, new Uint8Array(program.buffer)) === 0 ? undefined : errno();
  }

  return {
    findUser(name) {
      const found = isNumber(name) ? getpwuid(Number(name)) : getpwnam(name);
      if (found === null) return isNumber(name) ? { name: undefined, uid: Number(name), gid: Number(name) } : undefined;
      const { name: known, uid, gid } = koffi.decode(found, passwd);
      return { name: known, uid, gid };
    },
    findGroup(name) {
      if (isNumber(name)) return Number(name);
      const found = getgrnam(name);
      return found === null ? undefined : koffi.decode(found, group).gid;
    },
    become({ name, uid, gid }, keep) {
      const refused = noNewPrivileges();
      for (let capability = 0; capability <= LARGEST_CAPABILITY; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
      if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) throw new Error(`capabilities can't be kept (${errno()})`);
      // The C library does these three in every thread.
      if (name === undefined) process.setgroups?.([gid]);
      else (process as { initgroups?(user: string, group: number): void }).initgroups?.(name, gid);
      process.setgid?.(gid);
      process.setuid?.(uid);
      prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
      keepOnly(keep);
      return refused === undefined
        ? []
        : [`Programs that this server starts are not kept from having more rights than it has (${refused}).`];
    },
    keepOnly,
  };
}

function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text);
}
