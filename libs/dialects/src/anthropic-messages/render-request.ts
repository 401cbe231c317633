import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { RequestEnvelope } from "../neutral/source.ts";
import { buildRequest } from "./build-request.ts";
import { overlayRequest } from "./overlay-request.ts";

/** Below the version, which stands in the provider's base URL. */
const PATH = "/messages";

/** The only version of the format there is. */
const VERSION = "2023-06-01";

/** The names of betas; anything else would not be one header's value. */
const BETA = /^[\w.-]{1,128}$/;

/** The body to send to a provider: a caller's own of this form with only what must differ laid over it, or one built anew. */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const isOwn = request.source.dialect === "anthropic-messages";
  const { fields, losses } = isOwn ? overlayRequest(request, options) : buildRequest(request, options);
  return { path: PATH, headers: headersOf(isOwn ? request.source.envelope : undefined), body: fields, losses };
}

function headersOf(envelope: RequestEnvelope | undefined): Readonly<Record<string, string>> {
  const betas = (envelope?.betas ?? []).filter((name) => BETA.test(name));
  const version = envelope?.version;
  return {
    "anthropic-version": version !== undefined && BETA.test(version) ? version : VERSION,
    ...(betas.length === 0 ? {} : { "anthropic-beta": betas.join(",") }),
  };
}
