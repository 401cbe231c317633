/** Ascending indexes as ranges: `[0, 1, 2, 16]` becomes `0-2,16`. */
export function formatIndexRanges(indexes: readonly number[]): string {
  const parts: string[] = [];
  let first: number | undefined;
  let last: number | undefined;
  for (const index of indexes) {
    if (first !== undefined && last !== undefined && index !== last + 1) {
      parts.push(formatRange(first, last));
      first = index;
    }
    first ??= index;
    last = index;
  }
  if (first !== undefined && last !== undefined) parts.push(formatRange(first, last));
  return parts.join(",");
}

/** The inverse of `formatIndexRanges`; what is not a range is left out. */
export function parseIndexRanges(text: string): number[] {
  const indexes: number[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
    if (match === null) continue;
    const last = Number(match[2] ?? match[1]);
    for (let index = Number(match[1]); index <= last; index += 1) indexes.push(index);
  }
  return indexes;
}

function formatRange(first: number, last: number): string {
  return first === last ? String(first) : `${first}-${last}`;
}
