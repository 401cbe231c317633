import { type DialectName, SignalboxError, type TranslationLoss, type WireName } from "@signalbox/proto";
import type { EgressCodec, RenderedRequest, RenderRequestOptions } from "./egress-codec.ts";
import type { IngressCodec } from "./ingress-codec.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import { openaiChatEgress } from "./openai-chat/egress.ts";
import { openaiChatIngress } from "./openai-chat/ingress.ts";

/** The caller's side of each dialect. A new one is a folder with an `ingress.ts` and a line here. */
const INGRESS: Partial<Record<DialectName, IngressCodec>> = {
  "openai-chat": openaiChatIngress,
};

/** The provider's side of each wire. A new one is a folder with an `egress.ts` and a line here. */
const EGRESS: Partial<Record<WireName, EgressCodec>> = {
  "openai-chat": openaiChatEgress,
};

/** The codec of a caller's dialect. Throws `internal` for one that this version cannot speak. */
export function ingressOf(dialect: DialectName): IngressCodec {
  return INGRESS[dialect] ?? unknown(dialect);
}

/** The codec of a provider's wire. Throws `internal` for one that this version cannot speak. */
export function egressOf(wire: WireName): EgressCodec {
  return EGRESS[wire] ?? unknown(wire);
}

/**
 * A request as the provider gets it, with everything that its translation loses, fields that nobody knows included. Where the
 * provider's form is the caller's own the body is overlaid, and nothing is lost.
 */
export function renderFor(wire: WireName, request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const codec = egressOf(wire);
  const rendered = codec.renderRequest(request, options);
  const unread = unreadOf(request, codec);
  return unread.length === 0 ? rendered : { ...rendered, losses: [...rendered.losses, ...unread] };
}

function unreadOf(request: NeutralRequest, codec: EgressCodec): readonly TranslationLoss[] {
  const { dialect } = request.source;
  if (dialect === codec.form) return [];
  return INGRESS[dialect as DialectName]?.unread(request) ?? [];
}

function unknown(name: string): never {
  throw new SignalboxError("internal", "An internal error occurred.", {
    cause: new Error(`There is no codec for ${name}.`),
  });
}
