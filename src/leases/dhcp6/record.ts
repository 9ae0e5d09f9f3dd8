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

/** The owner of a lease as a record. The numbers are part of the database format. */
export const FIELD = {
  ...COMMON_FIELD,
  preferredLifetime: 16,
  peerAddress: 17,
  relays: 18,
  interfaceName: 19,
  hardware: 20,
  hostname: 21,
  vendorClass: 22,
  reconfigureKey: 23,
} as const;

const LIFETIME_SIZE = 4;

export const OWNER_RECORD: RecordLayout<LeaseOwner> = {
  key: (owner) => owner.clientKey,

  size(owner) {
    return recordSize(
      fieldSize(owner.clientKey) +
        fieldSize(owner.limitKeys) +
        fieldSize(owner.name) +
        fieldSize(flagValue(owner.foundByProbe)) +
        sizeOfField(LIFETIME_SIZE) +
        fieldSize(owner.peerAddress) +
        fieldSize(owner.relays) +
        fieldSize(owner.interfaceName) +
        fieldSize(owner.hardware) +
        fieldSize(owner.hostname) +
        fieldSize(owner.vendorClass) +
        fieldSize(owner.reconfigureKey),
    );
  },

  write(owner, into, at) {
    let end = writeField(FIELD.clientKey, owner.clientKey, into, firstField(at));
    end = writeField(FIELD.limitKeys, owner.limitKeys, into, end);
    end = writeLifetime(owner.preferredLifetime, into, end);
    end = writeField(FIELD.peerAddress, owner.peerAddress, into, end);
    end = writeField(FIELD.relays, owner.relays, into, end);
    end = writeField(FIELD.interfaceName, owner.interfaceName, into, end);
    end = writeField(FIELD.hardware, owner.hardware, into, end);
    end = writeField(FIELD.hostname, owner.hostname, into, end);
    end = writeField(FIELD.vendorClass, owner.vendorClass, into, end);
    end = writeField(FIELD.reconfigureKey, owner.reconfigureKey, into, end);
    end = writeField(FIELD.name, owner.name, into, end);
    end = writeField(FIELD.foundByProbe, flagValue(owner.foundByProbe), into, end);
    endRecord(into, at, end);
    return end;
  },

  read: (bytes, at) => new RecordOwner(bytes, at),

  copy(owner) {
    return {
      clientKey: owner.clientKey.slice(),
      preferredLifetime: owner.preferredLifetime,
      peerAddress: owner.peerAddress?.slice(),
      relays: owner.relays?.slice(),
      interfaceName: owner.interfaceName?.slice(),
      hardware: owner.hardware?.slice(),
      hostname: owner.hostname?.slice(),
      vendorClass: owner.vendorClass?.slice(),
      reconfigureKey: owner.reconfigureKey?.slice(),
      limitKeys: owner.limitKeys?.slice(),
      ...(owner.name === undefined ? {} : { name: owner.name.slice() }),
      ...(owner.foundByProbe && { foundByProbe: true }),
    };
  },
};

function writeLifetime(lifetime: number, into: Uint8Array, at: number): number {
  const start = beginField(FIELD.preferredLifetime, LIFETIME_SIZE, into, at);
  into[start] = lifetime >>> 24;
  into[start + 1] = lifetime >>> 16;
  into[start + 2] = lifetime >>> 8;
  into[start + 3] = lifetime;
  return start + LIFETIME_SIZE;
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

  get preferredLifetime(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#field(FIELD.preferredLifetime) ?? [];
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  get peerAddress(): Uint8Array | undefined {
    return this.#field(FIELD.peerAddress);
  }

  get relays(): Uint8Array | undefined {
    return this.#field(FIELD.relays);
  }

  get interfaceName(): Uint8Array | undefined {
    return this.#field(FIELD.interfaceName);
  }

  get hardware(): Uint8Array | undefined {
    return this.#field(FIELD.hardware);
  }

  get hostname(): Uint8Array | undefined {
    return this.#field(FIELD.hostname);
  }

  get vendorClass(): Uint8Array | undefined {
    return this.#field(FIELD.vendorClass);
  }

  get reconfigureKey(): Uint8Array | undefined {
    return this.#field(FIELD.reconfigureKey);
  }

  get limitKeys(): Uint8Array | undefined {
    return recordLimitKeys(this.#bytes, this.#at);
  }

  get name(): Uint8Array | undefined {
    return this.#field(FIELD.name);
  }

  get foundByProbe(): true | undefined {
    return this.#field(FIELD.foundByProbe) && true;
  }

  #field(number: number): Uint8Array | undefined {
    return fieldValue(this.#bytes, this.#at, number);
  }
}
