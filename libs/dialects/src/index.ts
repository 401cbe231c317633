export { readAwsKey, regionOfHost, SIGNING_SERVICE } from "./bedrock-converse/aws-key.ts";
export { type AwsCredentials, signV4 } from "./bedrock-converse/sign-v4.ts";
export * from "./anthropic-messages/count-tokens.ts";
export { readJson } from "./check/exact-json.ts";
export * from "./codecs.ts";
export type { EgressCodec, ReadState, RenderedRequest, RenderRequestOptions } from "./egress-codec.ts";
export { isContextOverflow } from "./error/context-overflow.ts";
export type { HeaderReader } from "./error/retry-after.ts";
export { truncated } from "./error/stream-failure.ts";
export * from "./filter/filter-deltas.ts";
export { filterStrings } from "./filter/filter-parts.ts";
export * from "./filter/filter-response.ts";
export type { OpenFilter } from "./filter/text-filter.ts";
export * from "./framing.ts";
export { parseGeminiCount, renderGeminiCount } from "./gemini/count-tokens.ts";
export type { Collector, IngressCodec, WriteState, WriteStreamOptions } from "./ingress-codec.ts";
export { OpenedCount, refuseTooLong } from "./neutral/answer-limits.ts";
export type { AnswerNote } from "./neutral/answer-note.ts";
export * from "./neutral/callers-names.ts";
export { factsOf } from "./neutral/facts.ts";
export * from "./neutral/labels.ts";
export type { MediaSource } from "./neutral/media-source.ts";
export type { NeutralPart } from "./neutral/part.ts";
export type { NeutralRequest } from "./neutral/request.ts";
export type { NeutralResponse } from "./neutral/response.ts";
export type { JsonObject, RequestEnvelope, Source } from "./neutral/source.ts";
export { BLANK_DELTA, type NeutralChunk, type NeutralDelta, type ToolCallDelta } from "./neutral/stream-event.ts";
export { textViewOf } from "./neutral/text-view.ts";
export type { NeutralTool } from "./neutral/tool.ts";
export * from "./openai-chat/host-quirks.ts";
export { joinCompletions, joinUsage, placedChoices } from "./openai-completions/join-completions.ts";
export { splitPrompts } from "./openai-completions/split-prompts.ts";
export { parseResponsesCount, renderResponsesCount } from "./openai-responses/count-tokens.ts";
export { referencesOf, resolveReferences } from "./openai-responses/item-reference.ts";
export {
  conversationOf,
  joinConversation,
  previousResponseIdOf,
  type StoredConversation,
} from "./openai-responses/stored-response.ts";
export { parseEmbeddings } from "./operations/embeddings/embeddings-request.ts";
export * from "./operations/azure-deployment.ts";
export { encodeVector } from "./operations/embeddings/vector.ts";
export { parseInBandError as inBandErrorOf } from "./openai-chat/error.ts";
export * from "./operations/open-operation.ts";
export type {
  OperationAnswer,
  OperationCall,
  OperationEnvelope,
  RenderedOperation,
} from "./operations/operation-call.ts";
export { factsOfOperation } from "./operations/operation-shape.ts";
export * from "./operations/operation-usage.ts";
export * from "./operations/render-answer.ts";
export type { RequestQuirks } from "./request-quirks.ts";
export * from "./sse/encode.ts";
export { SseParser } from "./sse/parser.ts";
