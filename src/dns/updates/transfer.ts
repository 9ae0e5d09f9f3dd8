import { randomInt } from "node:crypto";
import type { DdnsServer } from "../../config/model/names.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { encodeQuery } from "../../wire/dns/query.ts";
import { type ResourceRecord, readRecords } from "../../wire/dns/read.ts";
import { sign } from "../../wire/dns/tsig.ts";
import { createStreamVerifier } from "../../wire/dns/tsig-stream.ts";
import { nameOfRcode, Opcode, Rcode, RecordType } from "../../wire/dns/type-code.ts";
import { isAnswerTo, type Request } from "./outcome.ts";
import { openStream } from "./stream.ts";

/** For so many milliseconds nothing may come. */
const PATIENCE = 10_000;
/** A whole transfer may take so many milliseconds, and have so many records: somebody waits for it, in memory. */
const LONGEST = 300_000;
const MOST_RECORDS = 4_000_000;

export interface TransferParts {
  readonly server: DdnsServer;
  readonly zone: string;
  /** Seconds since 1970. */
  now(): number;
  /** Each record but the SOA at the end. It counts only if the transfer ends well. */
  record(record: ResourceRecord): void;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** For tests. */
  readonly longest?: number;
  readonly mostRecords?: number;
}

/**
 * All records of a zone, by AXFR (RFC 5936), verified where there is a key (RFC 8945 section 5.3.1).
 * Resolves with undefined when all have come, else with what was wrong. Never rejects.
 */
export function transferZone({ server, zone, now, record, signal, ...limits }: TransferParts): Promise<string | undefined> {
  const id = randomInt(0x1_0000);
  const plain = encodeQuery({ id, name: zone, type: RecordType.AXFR });
  const { key } = server;
  const { bytes, mac } = key === undefined ? { bytes: plain, mac: NO_BYTES } : sign(plain, key, now());
  const request: Request = { id, bytes, mac, key, opcode: Opcode.QUERY };
  const verifier = key === undefined ? undefined : createStreamVerifier(key, mac);
  const { longest = LONGEST, mostRecords = MOST_RECORDS } = limits;
  let records = 0;
  let isBegun = false;
  let isComplete = false;

  /** Undefined: it goes on. */
  function problemIn(message: Uint8Array): string | undefined {
    if (!isAnswerTo(message, request)) return "it sends what nobody asked for";
    const read = readRecords(message);
    if (read.problem !== undefined) return `its answer is malformed: ${read.problem}`;
    const verified = verifier?.next(message, now());
    if (verified !== undefined && verified.kind !== "verified" && verified.kind !== "pending")
      return verified.kind === "unsigned" && read.header.rcode !== Rcode.NOERROR
        ? nameOfRcode(read.header.rcode)
        : `its answer is not signed as it should be (${"error" in verified ? verified.error : verified.kind})`;
    if (read.header.rcode !== Rcode.NOERROR) return nameOfRcode(read.header.rcode);
    records += read.answers.length;
    if (records > mostRecords) return `it has more than ${mostRecords} records`;
    for (const one of read.answers) {
      const isSoa = one.type === RecordType.SOA && one.name === zone;
      if (isComplete || (!isBegun && !isSoa)) return "its answer is no zone";
      if (isBegun && isSoa) isComplete = true;
      else record(one);
      isBegun = true;
    }
    if (isComplete && verifier?.isWhole() === false) return "the end of its answer is not signed";
    return undefined;
  }

  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve("it was ended");
      return;
    }
    const done = (problem: string | undefined): void => {
      clearTimeout(limit);
      signal.removeEventListener("abort", abort);
      close();
      resolve(problem);
    };
    const abort = (): void => done("it was ended");
    const limit = setTimeout(() => done(`it takes more than ${longest / 1000} s`), longest);
    const close = openStream(bytes, {
      endpoint: server,
      patience: PATIENCE,
      message(message) {
        const problem = problemIn(message);
        if (problem !== undefined || isComplete) done(problem);
      },
      ended(reason) {
        if (reason === "timeout") done("it does not answer");
        else done(reason === "closed" ? "it ends the connection" : `it can't be reached (${reason.code})`);
      },
    });
    signal.addEventListener("abort", abort);
  });
}
