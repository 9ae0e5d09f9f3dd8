/** What is going to happen in a world, in the order of its own time: milliseconds since it began. Nothing else moves its clock. */
export interface Events {
  readonly now: number;
  /** Things of the same time happen in the order in which they were announced. */
  at(time: number, happen: () => void): void;
  after(delay: number, happen: () => void): void;
  /** Lets the next thing happen. False: there is none up to `end`, which is the time now. */
  step(end: number): boolean;
}

interface Entry {
  readonly time: number;
  readonly number: number;
  readonly happen: () => void;
}

/** A binary heap. */
export function createEvents(): Events {
  const heap: Entry[] = [];
  let now = 0;
  let number = 0;

  const earlier = (a: Entry, b: Entry): boolean => a.time < b.time || (a.time === b.time && a.number < b.number);

  function push(entry: Entry): void {
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!earlier(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  function pop(): Entry {
    const first = heap[0] as Entry;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!earlier(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  return {
    get now() {
      return now;
    },
    at(time, happen) {
      push({ time: Math.max(time, now), number: number++, happen });
    },
    after(delay, happen) {
      this.at(now + delay, happen);
    },
    step(end) {
      if (heap.length === 0 || (heap[0] as Entry).time > end) {
        now = end;
        return false;
      }
      const { time, happen } = pop();
      now = time;
      happen();
      return true;
    },
  };
}
