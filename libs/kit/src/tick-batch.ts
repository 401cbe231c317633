/**
 * Where several items come at once, they gather for this long, so that a message and its system call carry more of
 * them.
 */
const GATHER_MS = 2;
/** After so many lone items in a row no company is expected. */
const LONE_MAX = 8;

/** Takes an item. `flush` hands over at once what waits, for the end of whatever the items go to. */
export type TickBatch<T> = ((item: T) => void) & { readonly flush: () => void };

/**
 * Collects items and hands them over together. Items that come one at a time wait only for the end of their event-loop
 * turn, however fast they follow each other: that is one caller, who waits for each answer. When items came together
 * lately and the last hand-over is less than GATHER_MS ago, the next wait for GATHER_MS, so that a burst costs few
 * messages. `isBusy` says whether more items are to be expected at all; when it says no, nothing waits.
 */
export function tickBatch<T>(flush: (items: T[]) => void, isBusy: () => boolean = () => true): TickBatch<T> {
  let items: T[] = [];
  let flushedAtMs = -Infinity;
  let loneInRow = LONE_MAX;

  function handOver(): void {
    // A flush may have come before the turn's own end.
    if (items.length === 0) return;
    const batch = items;
    items = [];
    flushedAtMs = performance.now();
    loneInRow = batch.length > 1 ? 0 : loneInRow + 1;
    flush(batch);
  }
  const add = (item: T): void => {
    if (items.push(item) > 1) return;
    const gathers = loneInRow < LONE_MAX && performance.now() - flushedAtMs < GATHER_MS && isBusy();
    if (gathers) setTimeout(handOver, GATHER_MS);
    else setImmediate(handOver);
  };
  return Object.assign(add, { flush: handOver });
}

/** Cuts JSON texts into arrays `{"items":[…]}` of at most `maxBytes` (a single larger text stands alone). */
export function packItems(texts: readonly string[], maxBytes: number): { payload: string; from: number; to: number }[] {
  const messages: { payload: string; from: number; to: number }[] = [];
  let from = 0;
  while (from < texts.length) {
    let to = from;
    let bytes = 0;
    do bytes += Buffer.byteLength(texts[to++]!);
    while (to < texts.length && bytes + Buffer.byteLength(texts[to]!) <= maxBytes);
    messages.push({ payload: `{"items":[${texts.slice(from, to).join(",")}]}`, from, to });
    from = to;
  }
  return messages;
}
