import { chooseAction, type Finding } from "@signalbox/guard";
import { type GuardAction, type GuardOutcome, type GuardRule, GUARD_TYPES_MAX, SignalboxError } from "@signalbox/proto";

/** Says what becomes of what is found in an answer, and keeps count of it by type. */
export class AnswerVerdict {
  readonly #rules: readonly GuardRule[];
  readonly #found = new Map<string, { action: GuardAction; count: number }>();

  constructor(rules: readonly GuardRule[]) {
    this.#rules = rules;
  }

  /** What is to be taken out. Throws `content-blocked` for what a rule blocks. */
  judge<Found extends Finding>(findings: readonly Found[]): readonly Found[] {
    if (findings.length === 0) return findings;
    for (const [type, each] of Map.groupBy(findings, (finding) => finding.type)) {
      const { action } = chooseAction(each, this.#rules);
      const count = (this.#found.get(type)?.count ?? 0) + each.length;
      this.#found.set(type, { action: action === "pass" ? "observe" : action, count });
    }
    const verdict = chooseAction(findings, this.#rules);
    if (verdict.action === "block") {
      throw new SignalboxError(
        "content-blocked",
        `The answer holds what may not be given out: ${verdict.types.join(", ")}.`,
      );
    }
    return verdict.action === "redact" ? verdict.findings : [];
  }

  /** For the request's outcome, sorted by type. */
  get found(): GuardOutcome["found"] {
    return [...this.#found]
      .map(([type, { action, count }]) => ({ type, action, count }))
      .toSorted((a, b) => (a.type < b.type ? -1 : 1))
      .slice(0, GUARD_TYPES_MAX);
  }
}
