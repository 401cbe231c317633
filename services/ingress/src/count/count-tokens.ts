import { factsOf, textViewOf, type NeutralRequest } from "@signalbox/dialects";
import { plainRequestFacts, VIEW_MAX_BYTES } from "@signalbox/proto";
import { readNested } from "../http/read-nested.ts";

/** The estimated prompt tokens of a request: the same figure that the classifier finds and decisions use. */
export async function countTokens(read: () => NeutralRequest): Promise<number> {
  // The tokenizer's tables take longer to load than the rest of the service, and most instances never count.
  const [{ estimateInputTokens }, { CLASSIFIER_DOCUMENT }] = await Promise.all([
    import("@signalbox/classify/estimate"),
    import("@signalbox/classify/document"),
  ]);
  return readNested(() => {
    const request = read();
    const facts = plainRequestFacts(factsOf(request));
    return estimateInputTokens(facts, textViewOf(request, VIEW_MAX_BYTES), CLASSIFIER_DOCUMENT);
  });
}
