import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import {
  beginField,
  COMMON_FIELD,
  endRecord,
  fieldSize,
  fieldValue,
  firstField,
  flagValue,
  recordKey,
  recordLimitKeys,
  recordSize,
  sizeOfField,
  writeField,
} from "../columns/record.ts";
import type { RecordLayout } from "../columns/record-column.ts";
import type { LeaseOwner } from "./lease.ts";

/*
 * The owner of a lease as a record. `hardware` is htype and chaddr, which together are the key of a
 * client without an identifier. First stands what the client is known by: its identifier, its
 * hardware, or where it is neither, a field of its own. The numbers are part of the database
 * format.
 */
export const FIELD = {
  ...COMMON_FIELD,
  hardware: 16,
  clientIdentifier: 17,
  hostname: 18,
  vendorClass: 19,
  relayAgentInformation: 20,
} as const;

type Key = typeof FIELD.clientKey | typeof FIELD.hardware | typeof FIELD.clientIdentifier;

/** Which field says what the client is known by. */
function keyField({ clientKey, clientIdentifier, htype, chaddr }: LeaseOwner): Key {
  if (clientIdentifier !== undefined && (clientKey === clientIdentifier || equalBytes(clientKey, clientIdentifier)))
    return FIELD.clientIdentifier;
  if (clientKey.length !== chaddr.length + 1 || clientKey[0] !== htype) return FIELD.clientKey;
  for (let i = 0; i < chaddr.length; i++) if (clientKey[i + 1] !== chaddr[i]) return FIELD.clientKey;
  return FIELD.hardware;
}

export const OWNER_RECORD: RecordLayout<LeaseOwner> = {
  key: (owner) => owner.clientKey,

  size(owner) {
    return recordSize(
      (keyField(owner) === FIELD.clientKey ? fieldSize(owner.clientKey) : 0) +
        fieldSize(owner.limitKeys) +
        fieldSize(owner.name) +
        fieldSize(flagValue(owner.foundByProbe)) +
        sizeOfField(1 + owner.chaddr.length) +
        fieldSize(owner.clientIdentifier) +
        fieldSize(owner.hostname) +
        fieldSize(owner.vendorClass) +
        fieldSize(owner.relayAgentInformation),
    );
  },

  write(owner, into, at) {
    const { clientIdentifier } = owner;
    const key = keyField(owner);
    let end = firstField(at);
    if (key === FIELD.clientKey) end = writeField(key, owner.clientKey, into, end);
    else if (key === FIELD.hardware) end = writeHardware(owner, into, end);
    else end = writeField(key, clientIdentifier, into, end);
    end = writeField(FIELD.limitKeys, owner.limitKeys, into, end);
    if (key !== FIELD.hardware) end = writeHardware(owner, into, end);
    if (key !== FIELD.clientIdentifier) end = writeField(FIELD.clientIdentifier, clientIdentifier, into, end);
    end = writeField(FIELD.hostname, owner.hostname, into, end);
    end = writeField(FIELD.vendorClass, owner.vendorClass, into, end);
    end = writeField(FIELD.relayAgentInformation, owner.relayAgentInformation, into, end);
    end = writeField(FIELD.name, owner.name, into, end);
    end = writeField(FIELD.foundByProbe, flagValue(owner.foundByProbe), into, end);
    endRecord(into, at, end);
    return end;
  },

  read: (bytes, at) => new RecordOwner(bytes, at),

  copy(owner) {
    const { clientIdentifier } = owner;
    const identifier = clientIdentifier?.slice();
    // The same bytes, where they are the same.
    const isIdentifier = identifier !== undefined && equalBytes(owner.clientKey, identifier);
    return {
      clientKey: isIdentifier ? identifier : owner.clientKey.slice(),
      clientIdentifier: identifier,
      htype: owner.htype,
      chaddr: owner.chaddr.slice(),
      hostname: owner.hostname?.slice(),
      vendorClass: owner.vendorClass?.slice(),
      relayAgentInformation: owner.relayAgentInformation?.slice(),
      limitKeys: owner.limitKeys?.slice(),
      ...(owner.name === undefined ? {} : { name: owner.name.slice() }),
      ...(owner.foundByProbe && { foundByProbe: true }),
    };
  },
};

function writeHardware({ htype, chaddr }: LeaseOwner, into: Uint8Array, at: number): number {
  const start = beginField(FIELD.hardware, 1 + chaddr.length, into, at);
  into[start] = htype;
  for (let i = 0; i < chaddr.length; i++) into[start + 1 + i] = chaddr[i] as number;
  return start + 1 + chaddr.length;
}

/**
 * The owner of a record: most who ask for one want to know a single thing of it, so each is looked
 * for when it is asked for.
 */
class RecordOwner implements LeaseOwner {
  readonly #bytes: Uint8Array;
  readonly #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get clientKey(): Uint8Array {
    return recordKey(this.#bytes, this.#at);
  }

  get clientIdentifier(): Uint8Array | undefined {
    return fieldValue(this.#bytes, this.#at, FIELD.clientIdentifier);
  }

  get htype(): number {
    return fieldValue(this.#bytes, this.#at, FIELD.hardware)?.[0] ?? 0;
  }

  get chaddr(): Uint8Array {
    return fieldValue(this.#bytes, this.#at, FIELD.hardware)?.subarray(1) ?? NO_BYTES;
  }

  get hostname(): Uint8Array | undefined {
    return fieldValue(this.#bytes, this.#at, FIELD.hostname);
  }

  get vendorClass(): Uint8Array | undefined {
    return fieldValue(this.#bytes, this.#at, FIELD.vendorClass);
  }

  get relayAgentInformation(): Uint8Array | undefined {
    return fieldValue(this.#bytes, this.#at, FIELD.relayAgentInformation);
  }

  get limitKeys(): Uint8Array | undefined {
    return recordLimitKeys(this.#bytes, this.#at);
  }

  get name(): Uint8Array | undefined {
    return fieldValue(this.#bytes, this.#at, FIELD.name);
  }

  get foundByProbe(): true | undefined {
    return fieldValue(this.#bytes, this.#at, FIELD.foundByProbe) && true;
  }
}

/** The record in bytes of its own. */
export function recordOf(owner: LeaseOwner): Uint8Array {
  const record = new Uint8Array(OWNER_RECORD.size(owner));
  OWNER_RECORD.write(owner, record, 0);
  return record;
}
