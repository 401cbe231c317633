import {
  egressOf,
  type NeutralRequest,
  type RenderedRequest,
  renderFor,
  type RenderRequestOptions,
} from "@signalbox/dialects";
import type { TranslationLoss, WireName } from "@signalbox/proto";

/** The form whose requests name betas, in a header of their own. */
const BETAS_FORM = "anthropic-messages";

/**
 * The request as the provider gets it, with those of the caller's betas alone that the provider is to get; null: all of
 * them. One that is held back is a loss like any other. Throws as `renderFor` does.
 */
export function renderAllowed(
  wire: WireName,
  request: NeutralRequest,
  { betas, rendering }: { betas: ReadonlySet<string> | null; rendering: RenderRequestOptions },
): RenderedRequest {
  const { source } = request;
  const asked = source.envelope?.betas ?? [];
  // Another wire has no betas: the codec says of all of them that they are lost.
  const isOwn = source.dialect === BETAS_FORM && egressOf(wire).form === BETAS_FORM;
  if (betas === null || !isOwn || asked.every((name) => betas.has(name))) return renderFor(wire, request, rendering);
  const envelope = { ...source.envelope, betas: asked.filter((name) => betas.has(name)) };
  const rendered = renderFor(wire, { ...request, source: { ...source, envelope } }, rendering);
  const losses = asked.flatMap((name, index): TranslationLoss[] => {
    return betas.has(name) ? [] : [{ path: `anthropic-beta[${index}]`, what: "beta", why: "no-equivalent" }];
  });
  return { ...rendered, losses: [...rendered.losses, ...losses] };
}
