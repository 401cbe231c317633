import type { RenderedRequest, RenderRequestOptions } from "../egress-codec.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { renderRequest as renderChatRequest } from "../openai-chat/render-request.ts";

/**
 * The body is that of Chat Completions, `model` being the deployment. In the v1 form the provider's base URL ends with `/openai/v1`; in
 * the dated one it is the resource's own, and the path names the deployment and the version
 * (https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle).
 */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const rendered = renderChatRequest(request, options);
  if (options.apiVersion === undefined) return rendered;
  const deployment = encodeURIComponent(options.model);
  const version = encodeURIComponent(options.apiVersion);
  return { ...rendered, path: `/openai/deployments/${deployment}/chat/completions?api-version=${version}` };
}

/** A key of the resource, or a token of Microsoft Entra ID, which is a JSON Web Token. */
export function credentials(key: string): Readonly<Record<string, string>> {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(key) ? { authorization: `Bearer ${key}` } : { "api-key": key };
}
