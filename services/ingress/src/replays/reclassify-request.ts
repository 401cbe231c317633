import { ingressOf, textViewOf, type RequestEnvelope } from "@signalbox/dialects";
import { VIEW_MAX_BYTES, type ClassifierDocument, type ReclassifyAnswer, type ReclassifyOrder } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { RetainedContent } from "../content/content-form.ts";
import { readNested } from "../http/read-nested.ts";

type Result = ReclassifyAnswer["results"][number];

export type ReclassifyInput = {
  readonly request: ReclassifyOrder["requests"][number];
  readonly content: RetainedContent;
  /** The rules to classify by; and those it was classified by, null where they cannot be run here. */
  readonly classifier: ClassifierDocument;
  readonly recordedBy: ClassifierDocument | null;
};

/**
 * Classifies a request by other rules, from its recorded facts and its retained content. The content may differ from what
 * was classified, as after joining a stored conversation; the recorded rules, run first, find that out.
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
