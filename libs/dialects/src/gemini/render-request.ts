import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import { NO_LOSSES } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildRequest } from "./build-request.ts";

const NO_HEADERS = {};

/**
 * The body to send to a provider: a caller's own of this form with only what must differ laid over it, or one built anew. A stream is
 * always asked for as server-sent events, whatever the caller wants.
 */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const isOwn = request.source.dialect === "gemini";
  const { fields, losses } = isOwn
    ? { fields: request.source.body, losses: NO_LOSSES }
    : buildRequest(request, options.model);
  // The path names the model, and the caller's name for it is none of the provider's.
  const { model: _, ...body } = fields;
  const method = request.stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return {
    path: pathOf(options.model, method),
    headers: NO_HEADERS,
    body: bounded(body, options.maxOutputTokens),
    losses,
  };
}

/**
 * Below the base URL `https://generativelanguage.googleapis.com/v1beta`, or with Vertex below `…/v1/projects/{project}/locations/{location}/publishers/google`
 * (of `https://{location}-aiplatform.googleapis.com`), where models stand under the same name. A model that names its collection, such as `tunedModels/x`, is not one of `models`.
 */
export function pathOf(model: string, method: string): string {
  const name = model.includes("/") ? model : `models/${model}`;
  return `/${name.split("/").map(encodeURIComponent).join("/")}:${method}`;
}

function bounded(body: JsonObject, cap: number | null): JsonObject {
  if (cap === null) return body;
  const config = (body["generationConfig"] ?? {}) as JsonObject;
  const asked = (config["maxOutputTokens"] ?? null) as number | null;
  return { ...body, generationConfig: { ...config, maxOutputTokens: Math.min(asked ?? Infinity, cap) } };
}
