/**
 * What is wrong, by the check that found it; `index` is the leaf that it shows at, null where no one leaf can be named.
 */
type FsckFinding = { readonly check: FsckCheck; readonly index: number | null; readonly detail: string };

export const FSCK_CHECKS = {
  leaves: "indexes are dense, and each hash is that of its leaf's bytes",
  signatures: "each leaf is an event that a producer signed whose type it is",
  columns: "the columns that queries read are those of the signed event",
  events: "each event id leads to its one leaf, and each leaf's event id is known",
  outcomes: "each request has the outcome that the log holds of it, and no other",
  labels: "plain labels stand beside a request of their tenant's, and say what its digests are of",
  sequences: "the numbers of each producer that were seen are those of the leaves",
  blocks: "what a search skips blocks of leaves by is what their leaves say",
  nodes: "the kept nodes of the tree are those of the leaves",
  keys: "each key that leaves register, rotate or retire is kept as they say",
  checkpoints: "each checkpoint holds over the leaves, and a key of the log signed it that holds there",
  head: "the head has the leaves' size, root and frontier",
  witnessed: "each size that counts as witnessed has a checkpoint with a cosignature",
  signed: "the head is not behind what was signed last",
} as const;

export type FsckCheck = keyof typeof FSCK_CHECKS;

/** More of one kind say nothing that the first ones do not. */
const LISTED_MAX = 20;

/** Gathers findings; of each check the first are listed, and the rest counted. */
export class Findings {
  readonly listed: FsckFinding[] = [];
  readonly counts = new Map<FsckCheck, number>();

  add(check: FsckCheck, index: number | null, detail: string): void {
    const count = (this.counts.get(check) ?? 0) + 1;
    this.counts.set(check, count);
    if (count <= LISTED_MAX) this.listed.push({ check, index, detail });
  }
}
