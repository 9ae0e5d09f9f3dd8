/**
 * A binary heap of the seconds at which something is due, each at most once; small, since many
 * leases share a second.
 */
export class SecondQueue {
  readonly #heap: number[] = [];

  /** The earliest second; undefined: nothing is due. */
  get first(): number | undefined {
    return this.#heap[0];
  }

  push(second: number): void {
    const heap = this.#heap;
    let at = heap.push(second) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as number) <= second) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = second;
  }

  /** Takes the earliest second out. */
  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= last) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = last;
  }
}
