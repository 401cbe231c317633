import { SignalboxError, type Usage } from "@signalbox/proto";
import { isObject, object } from "../check/check-value.ts";
import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject, RequestEnvelope } from "../neutral/source.ts";
import { parseRequest } from "./parse-request.ts";
import { camelBody } from "./proto-names.ts";
import { pathOf, renderRequest } from "./render-request.ts";

/** Reads the body of `:countTokens`, which holds contents alone or a whole request to generate. Throws as `parseRequest` does. */
export function parseCountTokens(value: unknown, envelope?: RequestEnvelope): NeutralRequest {
  if (!isObject(value)) throw new SignalboxError("invalid-request", "Invalid request body: expected a JSON object.");
  const { generateContentRequest: inner, ...rest } = camelBody(value);
  if (inner === undefined || inner === null) return parseRequest(rest, envelope);
  return parseRequest(object(inner, "generateContentRequest"), envelope);
}

/** A count as the caller gets it. */
export function renderTokenCount(usage: Pick<Usage, "inputTokens" | "cachedInputTokens">): JsonObject {
  const { inputTokens, cachedInputTokens } = usage;
  return {
    totalTokens: inputTokens,
    ...(cachedInputTokens === 0 ? {} : { cachedContentTokenCount: cachedInputTokens }),
  };
}

/** The request for a count of a request's tokens. */
export function renderCountTokens(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const { body, losses, headers } = renderRequest(request, { ...options, maxOutputTokens: null });
  const model = options.model.includes("/") ? options.model : `models/${options.model}`;
  return {
    path: pathOf(options.model, "countTokens"),
    headers,
    body: { generateContentRequest: { model, ...body } },
    losses,
  };
}

/** The tokens that a provider counted; null when its answer says none. */
export function readTokenCount(body: unknown): number | null {
  const total = isObject(body) ? body["totalTokens"] : undefined;
  return typeof total === "number" && total >= 0 ? Math.trunc(total) : null;
}
