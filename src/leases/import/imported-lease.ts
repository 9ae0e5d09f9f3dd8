import type { Duid } from "../../net/duid.ts";
import type { Lease as Dhcp4Lease } from "../dhcp4/lease.ts";
import type { Lease as Dhcp6Lease } from "../dhcp6/lease.ts";

/*
 * What is read from the lease file of another server. Times are seconds since 1970, as these files
 * have them; a start of 0 is unknown.
 */

/** One lease as it stood in the file; of several about one address the last in the file counts. */
export type ImportedLease =
  | { readonly protocol: "dhcp4"; readonly lease: Dhcp4Lease }
  | { readonly protocol: "dhcp6"; readonly lease: Dhcp6Lease };

/** What the file says besides: entries that are left out, and why. Line from 1. */
export interface LeaseFileProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * Reads a lease file piece by piece: `push` takes the next part of the text, cut anywhere; `end`
 * says that it is all. What is read is given to `lease` and `problem`, never thrown. Its own bytes
 * belong to each lease.
 */
export interface LeaseFileReader {
  push(text: string): void;
  end(): void;
}

/** Is told what a lease file says. */
export interface LeaseFileVisitor {
  lease(imported: ImportedLease): void;
  problem(problem: LeaseFileProblem): void;
  /** What the server of DHCPv6 was known by, where the file says so: its clients renew with it. */
  serverDuid?(duid: Duid): void;
}

export type OpenLeaseFile = (visitor: LeaseFileVisitor) => LeaseFileReader;

/** A format of lease files. */
export interface LeaseFormat {
  /** What `--from` calls it. */
  readonly name: string;
  readonly title: string;
  /** Whether a file that begins so is likely to be of this format. */
  readonly isLikely: (name: string, beginning: string) => boolean;
  readonly open: OpenLeaseFile;
}
