import type { Decision, DecisionInput, EvaluationOrder, EvaluationReport } from "@signalbox/proto";
import type { LedgerDifference } from "@signalbox/proto/grpc/ledger";

/** Digests of documents to decide by in place of those that a decision names. */
export type OtherDocuments = { readonly engine?: string; readonly policy?: string; readonly catalogue?: string };

export type Replayed =
  | {
      readonly ok: true;
      /** What was asked for, in a word, and by which model's name. */
      readonly task: string;
      readonly model: string;
      /** What the decision names. */
      readonly documents: DecisionInput["documents"];
      /** Empty when both are the same bytes. */
      readonly differences: readonly LedgerDifference[];
      /** Null when they are the same. */
      readonly decisions: { readonly recorded: Decision; readonly replayed: Decision } | null;
    }
  /** It could not be replayed at all, e.g. because a document is missing. */
  | { readonly ok: false; readonly error: string };

/** What a decision earned; `unknown` when the register does not say; `not-executed` when another one was. */
export type Reward = number | "unknown" | "not-executed";

export type ReplayOptions = {
  readonly others?: OtherDocuments;
  /** Adds what is replayed to an evaluation's sample; the rewards are in the order of the leaves. */
  readonly sample?: { readonly name: string; readonly rewards: readonly Reward[] };
};

/** A document that the worker asked for: its text, or why there is none. */
export type FoundDocument = { readonly digest: string } & ({ readonly text: string } | { readonly error: string });

export type ToWorker = { readonly id: number } & (
  | { readonly kind: "replay"; readonly leaves: readonly Uint8Array[]; readonly options: ReplayOptions }
  /** Ends a sample; null: nobody wants to know any more. */
  | { readonly kind: "report"; readonly sample: string; readonly order: EvaluationOrder | null }
  | { readonly kind: "documents"; readonly documents: readonly FoundDocument[] }
);

export type FromWorker = { readonly id: number } & (
  | { readonly kind: "begun" }
  | { readonly kind: "needs"; readonly digests: readonly string[] }
  /** Of the first leaves in their order, at least one; the others are to be sent again. */
  | { readonly kind: "replayed"; readonly results: readonly Replayed[] }
  | { readonly kind: "reported"; readonly report: EvaluationReport | null }
  | { readonly kind: "failed"; readonly message: string }
);
