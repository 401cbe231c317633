import type { ClassifyItem, RequestFacts } from "@signalbox/proto";
import type { ClassifierDocument } from "./classifier-document.ts";
import { countTextTokens } from "./count-tokens.ts";

/**
 * Estimates a request's prompt tokens: the view's text by the tokenizer; text that the view leaves out (assistant and tool
 * turns, a cut-off part) at the same density; tool definitions by their length; messages and media at fixed figures.
 */
export function estimateInputTokens(
  facts: RequestFacts,
  view: ClassifyItem["view"],
  { tokens: rules }: ClassifierDocument,
): number {
  const texts = [view.system, view.conversation, view.lastUser].filter((text) => text !== "");
  const viewChars = texts.reduce((sum, text) => sum + text.length, 0);
  const counted = countTextTokens(texts, rules);
  const unseenChars = Math.max(0, facts.textChars - viewChars);
  const unseen = Math.ceil(viewChars === 0 ? unseenChars / rules.charsEach : (counted * unseenChars) / viewChars);
  return (
    counted +
    unseen +
    Math.ceil(facts.toolChars / rules.charsEach) +
    rules.perRequest +
    facts.messages * rules.perMessage +
    facts.tools * rules.perTool +
    facts.images * rules.perImage +
    facts.audios * rules.perAudio +
    facts.files * rules.perFile
  );
}
