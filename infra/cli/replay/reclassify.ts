import { canRun, classify, type ClassifierDocument as Rules } from "@signalbox/classify";
import { ingressOf, textViewOf, type RequestEnvelope } from "@signalbox/dialects";
import {
  ClassifierDocument,
  DIALECTS,
  VIEW_MAX_BYTES,
  type Classification,
  type DecisionEvent,
} from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import { z } from "zod";
import type { ApiClient } from "../api-client.ts";
import { DecisionRecord } from "../decision-record.ts";
import { failure } from "../failure.ts";

const Retained = z.looseObject({
  content: z.looseObject({ dialect: z.enum(DIALECTS), envelope: z.unknown().optional(), request: z.string() }),
});

/** Where a classification differs from what was recorded, as places below the decision's input. */
type ClassificationDifference = { path: string; recorded: unknown; replayed: unknown };

/**
 * Classifies a request again, from its recorded facts and its retained content, by the document that the record names.
 * Throws `not-found` when nothing is retained of it, and `unprocessable` when the document is for another version's code.
 */
export async function reclassify(api: ApiClient, decisionId: string): Promise<ClassificationDifference[]> {
  const id = encodeURIComponent(decisionId);
  const { decision } = await api.call(DecisionRecord, { path: `/v1/decisions/${id}` });
  if (decision === null) throw failure("not-found", "The request came to no decision.", "See `decisions list`.");
  const { content } = await api.call(Retained, { path: `/admin/v1/content/${id}` });
  const digest = decision.input.classification.classifier;
  const rules = await api.call(ClassifierDocument, { path: `/v1/documents/${digest}` });
  return compareClassification(decision.input, content, rules);
}

export function compareClassification(
  { facts, classification }: DecisionEvent["input"],
  content: z.infer<typeof Retained>["content"],
  rules: Rules,
): ClassificationDifference[] {
  if (!canRun(rules)) {
    throw failure(
      "unprocessable",
      `It was classified by ${classification.classifier}, whose rules are for other code than this checkout's.`,
      "Run this from the version that made the decision.",
    );
  }
  const envelope = content.envelope as RequestEnvelope | undefined;
  const request = ingressOf(content.dialect).parseRequest(JSON.parse(content.request), envelope);
  const replayed = classify({ facts, view: textViewOf(request, VIEW_MAX_BYTES) }, rules);
  const names = Object.keys(replayed) as (keyof Classification)[];
  return names
    .filter((name) => canonicalize(replayed[name]) !== canonicalize(classification[name]))
    .map((name) => ({
      path: `/input/classification/${name}`,
      recorded: classification[name],
      replayed: replayed[name],
    }));
}
