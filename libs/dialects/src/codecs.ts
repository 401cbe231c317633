import { type DialectName, SignalboxError, type TranslationLoss, type Usage, type WireName } from "@signalbox/proto";
import { anthropicMessagesEgress } from "./anthropic-messages/egress.ts";
import { anthropicMessagesIngress } from "./anthropic-messages/ingress.ts";
import { azureOpenaiEgress } from "./azure-openai/egress.ts";
import { bedrockConverseEgress } from "./bedrock-converse/egress.ts";
import { isObject } from "./check/check-value.ts";
import { parseJson } from "./check/parse-json.ts";
import { cohereEgress } from "./cohere-v2/egress.ts";
import type { EgressCodec, RenderedRequest, RenderRequestOptions } from "./egress-codec.ts";
import { geminiEgress } from "./gemini/egress.ts";
import { geminiIngress } from "./gemini/ingress.ts";
import type { IngressCodec } from "./ingress-codec.ts";
import { mistralEgress } from "./mistral/egress.ts";
import { withoutOtherModels } from "./neutral/other-models.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import { withSentNames } from "./neutral/sent-names.ts";
import { openaiChatEgress } from "./openai-chat/egress.ts";
import { openaiChatIngress } from "./openai-chat/ingress.ts";
import { openaiCompletionsIngress } from "./openai-completions/ingress.ts";
import { openaiResponsesEgress } from "./openai-responses/egress.ts";
import { openaiResponsesIngress } from "./openai-responses/ingress.ts";

/** The caller's side of each dialect. A new one is a folder with an `ingress.ts` and a line here. */
const INGRESS: Partial<Record<DialectName, IngressCodec>> = {
  "openai-chat": openaiChatIngress,
  "anthropic-messages": anthropicMessagesIngress,
  gemini: geminiIngress,
  "openai-responses": openaiResponsesIngress,
  "openai-completions": openaiCompletionsIngress,
};

/** The provider's side of each wire. A new one is a folder with an `egress.ts` and a line here. */
const EGRESS: Partial<Record<WireName, EgressCodec>> = {
  "openai-chat": openaiChatEgress,
  "anthropic-messages": anthropicMessagesEgress,
  gemini: geminiEgress,
  "bedrock-converse": bedrockConverseEgress,
  "openai-responses": openaiResponsesEgress,
  "azure-openai": azureOpenaiEgress,
  "cohere-v2": cohereEgress,
  mistral: mistralEgress,
};

/** The codec of a caller's dialect. Throws `internal` for one that this version cannot speak. */
export function ingressOf(dialect: DialectName): IngressCodec {
  return INGRESS[dialect] ?? unknown(dialect);
}

/** The codec of a provider's wire. Throws `internal` for one that this version cannot speak. */
export function egressOf(wire: WireName): EgressCodec {
  return EGRESS[wire] ?? unknown(wire);
}

/** The usage that a provider's whole body names, also one that is no answer: what failed may be billed all the same. Null: it names none. */
export function reportedUsage(wire: WireName, bodyText: string): Usage | null {
  const body = parseJson(bodyText);
  return isObject(body) ? egressOf(wire).reportedUsage(body) : null;
}

/**
 * A request as the provider gets it, with everything that its translation loses, fields that nobody knows included. Where the
 * provider's form is the caller's own the body is overlaid, and lost is what the line decides itself. Throws `unprocessable` for a request that only a
 * provider of the caller's own form can take.
 */
export function renderFor(wire: WireName, request: NeutralRequest, options: RenderRequestOptions): RenderedRequest {
  const codec = egressOf(wire);
  if (request.source.dialect === codec.form)
    return withMore(codec.renderRequest(request, options), accountsOf(request));
  const unread = unreadOf(request);
  const { request: sent, losses, ...names } = withSentNames(request, codec.toolName);
  const rendered = codec.renderRequest(sent, options);
  return withMore({ ...rendered, ...names }, [...losses, ...unread, ...accountsOf(request)]);
}

function withMore(rendered: RenderedRequest, more: readonly TranslationLoss[]): RenderedRequest {
  const { losses, ...rest } = withoutOtherModels(rendered);
  return { ...rest, losses: more.length === 0 ? losses : [...losses, ...more] };
}

function accountsOf({ source }: NeutralRequest): readonly TranslationLoss[] {
  return (source.envelope?.accounts ?? []).map((path) => ({ path, what: "account", why: "overruled" }));
}

/** Throws for a request that only a provider of its own form can take. */
function unreadOf(request: NeutralRequest): readonly TranslationLoss[] {
  const caller = INGRESS[request.source.dialect as DialectName];
  const refusal = caller?.ownOnly?.(request) ?? null;
  if (refusal !== null) throw refusal;
  return caller?.unread(request) ?? [];
}

function unknown(name: string): never {
  throw new SignalboxError("internal", "An internal error occurred.", {
    cause: new Error(`There is no codec for ${name}.`),
  });
}
