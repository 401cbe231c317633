import type { TranslationLoss } from "@signalbox/proto";
import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import { LossList, NO_LOSSES } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildRequest } from "./build-request.ts";
import { isForeignReasoning } from "./reasoning-item.ts";

const PATH = "/responses";
const NO_HEADERS = {};

/** The body to send to a provider: a caller's own of this form with only what must differ laid over it, or one built anew. */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const isOwn = request.source.dialect === "openai-responses";
  const { fields, losses } = isOwn ? withoutForeign(request.source.body) : buildRequest(request);
  // Absent means true in this format, and nobody has asked for that.
  const body: Record<string, unknown> = { ...fields, model: options.model, store: fields["store"] ?? false };
  const asked = (body["max_output_tokens"] ?? null) as number | null;
  if (options.maxOutputTokens !== null) {
    body["max_output_tokens"] = Math.min(asked ?? Infinity, options.maxOutputTokens);
  }
  return { path: PATH, headers: NO_HEADERS, body, losses };
}

/** A conversation that another wire has answered in between holds reasoning of that one, at which this provider would take offence. */
function withoutForeign(body: JsonObject): { fields: JsonObject; losses: readonly TranslationLoss[] } {
  const { input } = body;
  if (!Array.isArray(input) || !input.some(isForeignReasoning)) return { fields: body, losses: NO_LOSSES };
  const losses = new LossList();
  const kept = (input as readonly unknown[]).filter((item, index) => {
    const isForeign = isForeignReasoning(item);
    if (isForeign) losses.add(`input[${index}]`, "reasoning", "foreign");
    return !isForeign;
  });
  return { fields: { ...body, input: kept }, losses: losses.all };
}
