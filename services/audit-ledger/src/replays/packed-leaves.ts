/** Leaves in one run of bytes, as they go to a thread: what is shared with it is not copied on the way. */
export type PackedLeaves = {
  readonly bytes: Uint8Array;
  /** Where in the bytes each leaf ends; the next one begins there. */
  readonly ends: readonly number[];
};

/** Leaves that follow each other in shared memory stay where they are; others are copied into such. */
export function packLeaves(leaves: readonly Uint8Array[]): PackedLeaves {
  let size = 0;
  const ends = leaves.map(({ length }) => (size += length));
  const [first] = leaves;
  if (first !== undefined && areInOneRun(leaves, first)) {
    return { bytes: new Uint8Array(first.buffer, first.byteOffset, size), ends };
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  for (const [at, leaf] of leaves.entries()) bytes.set(leaf, (ends[at] as number) - leaf.length);
  return { bytes, ends };
}

/** The leaves as text. */
export function unpackLeaves(packed: PackedLeaves): string[] {
  return packed.ends.map((_, at) => unpackLeaf(packed, at) as string);
}

/** One of them; undefined when there are not so many. */
export function unpackLeaf({ bytes, ends }: PackedLeaves, at: number): string | undefined {
  const end = ends[at];
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return end === undefined ? undefined : all.toString("utf8", ends[at - 1] ?? 0, end);
}

/** A leaf's bytes as text. */
export function leafText(leaf: Uint8Array): string {
  return Buffer.from(leaf.buffer, leaf.byteOffset, leaf.byteLength).toString("utf8");
}

function areInOneRun(leaves: readonly Uint8Array[], { buffer, byteOffset }: Uint8Array): boolean {
  if (!(buffer instanceof SharedArrayBuffer)) return false;
  let next = byteOffset;
  return leaves.every((leaf) => {
    const isNext = leaf.buffer === buffer && leaf.byteOffset === next;
    next += leaf.length;
    return isNext;
  });
}
