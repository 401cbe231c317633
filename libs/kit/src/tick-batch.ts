/**
 * Collects what one turn of the event loop adds and hands it over together, so that a burst costs one message and
 * a lone item waits for nothing but the end of its turn.
 */
export function tickBatch<T>(flush: (items: T[]) => void): (item: T) => void {
  let items: T[] = [];
  return (item) => {
    if (items.push(item) === 1) {
      setImmediate(() => {
        const batch = items;
        items = [];
        flush(batch);
      });
    }
  };
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
