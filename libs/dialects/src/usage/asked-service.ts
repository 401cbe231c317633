import type { RequestFacts, Usage } from "@signalbox/proto";
import type { NeutralRequest } from "../neutral/request.ts";
import { serviceTierOf } from "./service-terms.ts";

/** The kind of service that a request asks for, as far as a provider may charge more for it than for the usual one. */
export function askedService({
  service,
  source,
}: NeutralRequest): Pick<RequestFacts, "serviceTier" | "usOnly"> | undefined {
  // Only Anthropic's form has these, and only a provider of that form is told of them.
  const isClaude = source.dialect === "anthropic-messages";
  const isFast = isClaude && serviceTierOf(source.body["speed"]) === "fast";
  const usOnly = isClaude && source.body["inference_geo"] === "us";
  const serviceTier = isFast ? "fast" : isClaude ? undefined : dearerTier(serviceTierOf(service.tier));
  if (serviceTier === undefined && !usOnly) return undefined;
  return {
    ...(serviceTier === undefined ? undefined : { serviceTier }),
    ...(usOnly ? { usOnly: true } : undefined),
  };
}

/** OpenAI takes both `fast` and `priority` for the one kind of service, and answers with the second. */
function dearerTier(tier: Usage["serviceTier"]): "priority" | "ultrafast" | undefined {
  if (tier === "fast" || tier === "priority") return "priority";
  return tier === "ultrafast" ? tier : undefined;
}
