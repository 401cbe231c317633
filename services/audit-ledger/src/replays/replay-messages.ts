import type { Classification, Decision, DecisionInput, EvaluationOrder, EvaluationReport } from "@signalbox/proto";
import type { LedgerDifference } from "@signalbox/proto/grpc/ledger";
import type { PackedLeaves } from "./packed-leaves.ts";

/** Digests of documents to decide by in place of those that a decision names. */
export type OtherDocuments = { readonly engine?: string; readonly policy?: string; readonly catalogue?: string };

export type Replayed =
  | {
      readonly ok: true;
      /** Digests as the decision names them. */
      readonly documents: DecisionInput["documents"];
      /** Of a decision that is the same it is null unless it is asked for. */
      readonly about: ReplayedAbout | null;
      /** Empty when both are the same bytes. */
      readonly differences: readonly LedgerDifference[];
      /** Null when they are the same. */
      readonly decisions: { readonly recorded: Decision; readonly replayed: Decision } | null;
    }
  /** It could not be replayed at all, e.g. because a document is missing. */
  | { readonly ok: false; readonly error: string };

/** What a decision was asked for, in a word, and by which model's name. */
type ReplayedAbout = { readonly task: string; readonly model: string };

/** What a decision earned; `unknown` when the register does not say; `not-executed` when another one was. */
export type Reward = number | "unknown" | "not-executed";

export type GivenClassification = { readonly classification: Classification } | { readonly error: string };

export type ReplayOptions = {
  readonly others?: OtherDocuments;
  /** Says of each decision what it is about. */
  readonly describes?: boolean;
  /** In the order of the leaves: what each request is classified as in place of what was recorded, or why it is not. */
  readonly classifications?: readonly GivenClassification[];
  /** Engines that are not run, each with why: their decisions cannot be replayed. */
  readonly refused?: readonly (readonly [engine: string, reason: string])[];
  /** Adds what is replayed to an evaluation's sample; the rewards are in the order of the leaves. */
  readonly sample?: { readonly name: string; readonly rewards: readonly Reward[] };
};

/** What stands in the worker's shared place while no leaf is being decided. */
export const NOWHERE = -1;

/** A document that the worker asked for: its text, or why there is none. */
export type FoundDocument = { readonly digest: string } & ({ readonly text: string } | { readonly error: string });

export type ToWorker = { readonly id: number } & (
  | { readonly kind: "replay"; readonly leaves: PackedLeaves; readonly options: ReplayOptions }
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
