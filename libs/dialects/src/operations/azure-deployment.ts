import type { RenderedOperation } from "./operation-call.ts";

/**
 * The request at a deployment of Azure's dated API, whose path names the deployment and the version
 * (https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle); in the v1 form the path is OpenAI's own.
 */
export function atDeployment(
  rendered: RenderedOperation,
  { model, apiVersion }: { model: string; apiVersion: string },
): RenderedOperation {
  const path = `/openai/deployments/${encodeURIComponent(model)}${rendered.path}`;
  return { ...rendered, path: `${path}?api-version=${encodeURIComponent(apiVersion)}` };
}
