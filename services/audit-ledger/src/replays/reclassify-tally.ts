import { NOT_RECLASSIFIED, type Classification, type NotReclassified, type ReplayJob } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { Reclassified } from "./reclassifier.ts";
import type { GivenClassification } from "./replay-messages.ts";

/** Classifiers that a job names. */
const NAMED_MAX = 16;

const WHY: Readonly<Record<NotReclassified, string>> = {
  "not-retained": "The request cannot be classified again: its content is not retained.",
  unreadable: "The request cannot be classified again: what is retained of it cannot be read.",
  "not-reproduced": "The request cannot be classified again: what is retained is not what was classified.",
  "no-classifier": "The request cannot be classified again: the classifier is not here, or is for other code.",
  unavailable: "The request cannot be classified again: nobody answered who can read its content.",
};

/** Counts what could be classified again, one decision after the other. */
export class ReclassifyTally {
  readonly #recordedBy = new Set<string>();
  readonly #not = new Map<NotReclassified, number>();
  #made = 0;
  #changed = 0;

  add({ recorded, result }: Reclassified): void {
    if (recorded !== null && this.#recordedBy.size < NAMED_MAX) this.#recordedBy.add(recorded.classifier);
    if ("reason" in result) {
      this.#not.set(result.reason, (this.#not.get(result.reason) ?? 0) + 1);
      return;
    }
    this.#made += 1;
    if (recorded === null || findingsOf(recorded) !== findingsOf(result.classification)) this.#changed += 1;
  }

  get counts(): NonNullable<ReplayJob["reclassified"]> {
    const not = NOT_RECLASSIFIED.map((reason) => ({ reason, count: this.#not.get(reason) ?? 0 }));
    return {
      recordedBy: [...this.#recordedBy],
      made: this.#made,
      changed: this.#changed,
      not: not.filter(({ count }) => count > 0),
    };
  }
}

/** What a decision is made from in place of what was recorded, or why there is none. */
export function givenClassification({ result }: Reclassified): GivenClassification {
  return "reason" in result ? { error: WHY[result.reason] } : result;
}

/** Two classifiers may find the same. */
function findingsOf(classification: Classification): string {
  return canonicalize({ ...classification, classifier: null });
}
