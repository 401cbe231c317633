import { type ReasoningState, unwrapState, wrapState } from "../neutral/reasoning-state.ts";

/**
 * Where a state stands in the neutral form, when it is no part of reasoning: on the call that follows, or on the text before. This
 * dialect has no place there, so it travels as an item of reasoning without words, which clients send back with their history.
 */
export type Bearer = "call" | "text";

const MARKS: readonly (readonly [mark: string, bearer: Bearer])[] = [
  ["c2lnbmFsYm94OmNhbGw6", "call"],
  ["c2lnbmFsYm94OnRleHQ6", "text"],
];

export type EncryptedContent = { readonly bearer: Bearer | "reasoning"; readonly state: ReasoningState };

/** A state as `encrypted_content`: that of this dialect's own provider as it is, any other in a token. */
export function encryptedContentOf(state: ReasoningState, bearer: Bearer | "reasoning" = "reasoning"): string {
  const mark = MARKS.find(([, name]) => name === bearer)?.[0];
  if (mark !== undefined) return mark + wrapState(state);
  return state.wire === "openai-responses" && state.kind === "encrypted" ? state.value : wrapState(state);
}

export function readEncryptedContent(content: string): EncryptedContent {
  const marked = MARKS.find(([mark]) => content.startsWith(mark));
  const state = unwrapState(marked === undefined ? content : content.slice(marked[0].length));
  if (state !== null) return { bearer: marked?.[1] ?? "reasoning", state };
  return { bearer: "reasoning", state: { wire: "openai-responses", kind: "encrypted", value: content } };
}
