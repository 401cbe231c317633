import type { Endpoint, PolicyDocument, RankedEndpoint, Task } from "@signalbox/proto";

export type KnownQuality = { readonly value: number; readonly source: RankedEndpoint["qualitySource"] };

/** The figure for each task, else the endpoint's default, else what the policy assumes of its price band. */
export function qualityByTask(endpoint: Endpoint, policy: PolicyDocument): Record<Task, KnownQuality> {
  const { quality } = endpoint;
  const otherwise = quality.default ?? assumedQuality(endpoint, policy);
  return {
    chat: quality.chat ?? otherwise,
    code: quality.code ?? otherwise,
    math: quality.math ?? otherwise,
    reasoning: quality.reasoning ?? otherwise,
    extraction: quality.extraction ?? otherwise,
    summarisation: quality.summarisation ?? otherwise,
    translation: quality.translation ?? otherwise,
    creative: quality.creative ?? otherwise,
    agentic: quality.agentic ?? otherwise,
    vision: quality.vision ?? otherwise,
  };
}

/** The policy's declared assumption for an endpoint of unknown quality: the first band that its blended price fits. */
function assumedQuality(endpoint: Endpoint, policy: PolicyDocument): KnownQuality {
  const { bands, unpriced } = policy.assumedQuality;
  const tier = endpoint.price?.[0];
  if (tier === undefined) return { value: unpriced, source: "assumed" };
  const blended = Math.floor((tier.input + tier.output) / 2);
  const band = bands.find(({ uptoMicroUsd }) => uptoMicroUsd === null || blended <= uptoMicroUsd) ?? bands.at(-1);
  return { value: band?.quality ?? unpriced, source: "assumed" };
}
