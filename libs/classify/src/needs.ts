import type { Capability, Modality, RequestFacts } from "@signalbox/proto";

/** The capabilities that the request needs, sorted. */
export function neededCapabilities(facts: RequestFacts): Capability[] {
  const needed: Capability[] = [];
  if (facts.responseFormat !== "text") needed.push(facts.responseFormat);
  if (facts.logprobs) needed.push("logprobs");
  if (facts.parallelTools && facts.tools > 0) needed.push("parallel-tools");
  if (facts.reasoningEffort !== null && facts.reasoningEffort !== "none") needed.push("reasoning");
  if (facts.seed) needed.push("seed");
  if (facts.tools > 0) needed.push("tools");
  return needed;
}

/** The modalities that an endpoint must be able to read for the request, sorted. */
export function neededModalities(facts: RequestFacts): Modality[] {
  const needed: Modality[] = [];
  if (facts.audios > 0) needed.push("audio");
  if (facts.files > 0) needed.push("file");
  if (facts.images > 0) needed.push("image");
  needed.push("text");
  return needed;
}
