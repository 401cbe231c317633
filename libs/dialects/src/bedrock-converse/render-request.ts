import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { buildRequest } from "./build-request.ts";
import { encode } from "./sign-v4.ts";

const NO_HEADERS = {};

/** The request to send to the service, below `https://bedrock-runtime.{region}.amazonaws.com`. */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const losses = new LossList();
  const body = buildRequest(request, options, losses);
  return { path: pathOf(options.model, request.stream), headers: NO_HEADERS, body, losses: losses.all };
}

/** A model is an id, an inference profile or an ARN, which is one segment of the path: encoded once, its slashes and colons too. */
export function pathOf(model: string, stream: boolean): string {
  return `/model/${encode(model)}/${stream ? "converse-stream" : "converse"}`;
}
