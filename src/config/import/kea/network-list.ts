import type { PlainMap } from "../translation.ts";
import type { Classes, Required } from "./classes.ts";
import type { Bounds } from "./family.ts";
import type { Inherited } from "./inherited.ts";
import type { Section } from "./section.ts";
import type { Times } from "./times.ts";

/* The networks of a file while they are read. */

export interface Network {
  readonly prefix: string;
  readonly bounds: Bounds;
  readonly out: PlainMap;
  readonly section: Section;
  readonly inherited: Inherited;
  /** The shared network that it is in. */
  readonly shared: string | undefined;
}

/** Networks while they are read. */
export interface Networks {
  readonly classes: Classes;
  readonly required: Required;
  /** Kinds of identifiers that reservations may have. */
  readonly identifiers: readonly string[];
  /** Whether Kea's hook for limits is loaded. */
  readonly limits: boolean;
  readonly global: Inherited;
  readonly times: Times;
  /** Lease times are those of the top level everywhere. */
  readonly sameTimes: boolean;
  readonly list: Network[];
  readonly shared: PlainMap;
}
