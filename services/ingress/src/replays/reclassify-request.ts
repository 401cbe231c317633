import { ingressOf, textViewOf, type RequestEnvelope } from "@signalbox/dialects";
import { VIEW_MAX_BYTES, type ClassifierDocument, type ReclassifyAnswer, type ReclassifyOrder } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { RetainedContent } from "../content/content-form.ts";
import { readNested } from "../http/read-nested.ts";

type Result = ReclassifyAnswer["results"][number];

export type ReclassifyInput = {
  readonly request: ReclassifyOrder["requests"][number];
  readonly content: RetainedContent;
  /** What to classify by, and what it was classified by, where that can be run here. */
  readonly classifier: ClassifierDocument;
  readonly recordedBy: ClassifierDocument | null;
};

/**
 * What other rules find in a request, from its recorded facts and what is retained of it. A stored conversation, and text
 * that a guardrail took out, make the two different things: the rules of that time say so, where they are at hand.
 */
export async function reclassifyRequest(input: ReclassifyInput): Promise<Result> {
  const { request, content, classifier, recordedBy } = input;
  const { classify } = await import("@signalbox/classify");
  const { facts, recorded } = request;
  try {
    const envelope = content.envelope as RequestEnvelope | undefined;
    const body: unknown = JSON.parse(content.request);
    const view = readNested(() => textViewOf(ingressOf(content.dialect).parseRequest(body, envelope), VIEW_MAX_BYTES));
    if (recordedBy !== null && canonicalize(classify({ facts, view }, recordedBy)) !== canonicalize(recorded)) {
      return { reason: "not-reproduced" };
    }
    return { classification: classify({ facts, view }, classifier) };
  } catch {
    // Nothing is told of what it says.
    return { reason: "unreadable" };
  }
}
