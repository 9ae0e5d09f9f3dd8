import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lease } from "../../src/leases/dhcp4/lease.ts";
import { openMemoryStore } from "../../src/store/memory.ts";
import type { LeaseStore } from "../../src/store/store.ts";
import { programsIn } from "../support/document.ts";
import { addressIn } from "../support/leases.ts";
import { writeIn } from "../support/loopback-server.ts";
import { createHeldStore, type Kept } from "../support/store.ts";
import { describeStore } from "./contract.ts";
import { createFolder, exec, openStore } from "./support.ts";

const { path: folder } = createFolder();

describeStore("memory", { keeps: false, open: () => openMemoryStore() });

describeStore("SQLite", {
  keeps: true,
  open: (t, place) => openStore(t, join(folder, place)).store,
  refuse(place, address) {
    const path = join(folder, place);
    // The statement fails; the transaction stays open.
    exec(
      path,
      `CREATE TRIGGER refused BEFORE INSERT ON leases WHEN hex(NEW.address) = '${address.toString(16).padStart(8, "0").toUpperCase()}' BEGIN SELECT RAISE(ABORT, 'refused'); END`,
    );
    return () => exec(path, "DROP TRIGGER refused");
  },
});

// The store of docs/how-to/library.md keeps what every store promises.
const { files } = programsIn(readFileSync(new URL("../../docs/how-to/library.md", import.meta.url), "utf8"));
const SERVER = new URL("../../src/server/index.ts", import.meta.url).href;
const { openJournal } = (await import(
  writeIn(folder, "journal.ts", (files.get("journal.ts") ?? "").replace("leasehold/server", SERVER))
)) as {
  openJournal(path: string): LeaseStore;
};
describeStore("the journal of docs/how-to/library.md", { keeps: true, open: (_, place) => openJournal(join(folder, `${place}.jsonl`)) });

// What other tests believe to be a store.
const disks = new Map<string, { leases: Map<number, Lease>; clock: Kept }>();
const refused = new Map<string, number>();
describeStore("the double of tests, told to succeed at once", {
  keeps: true,
  open(_, place): LeaseStore {
    const disk = disks.get(place) ?? { leases: new Map(), clock: {} };
    disks.set(place, disk);
    const store = createHeldStore(disk.leases, disk.clock);
    const settleOldest = (): void => {
      const address = refused.get(place);
      const fails = store.waiting[0]?.some((write) => write.kind === "put" && addressIn(write.address) === address) ?? false;
      if (fails) store.fail();
      else store.succeed();
    };
    return {
      description: store.description,
      usable: true,
      load: (...visitors) => store.load(...visitors),
      commit(writes) {
        const committed = store.commit(writes);
        queueMicrotask(settleOldest);
        return committed;
      },
      close: () => store.close(),
    };
  },
  refuse(place, address) {
    refused.set(place, address);
    return () => refused.delete(place);
  },
});
