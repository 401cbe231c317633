import { plainText } from "../check/plain-value.ts";
import { objectsOf, saidText } from "../check/field-value.ts";
import type { NeutralAnnotation, NeutralPart, OtherPart } from "../neutral/part.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";
import { readImages } from "../openai-chat/answer-media.ts";
import { thinkingTextOf } from "../openai-chat/content.ts";

/** The parts of a message's or a delta's `content`: a text, or a list of texts, thoughts and references to what they rest on. */
export function readParts(content: unknown): NeutralPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  const parts: NeutralPart[] = [];
  for (const chunk of objectsOf(content)) addChunk(chunk, parts);
  return parts;
}

function addChunk(chunk: JsonObject, parts: NeutralPart[]): void {
  const { type, text } = chunk;
  const last = parts.at(-1);
  if (type === "thinking") {
    const thought = thinkingTextOf(chunk);
    const state = signatureOf(chunk);
    // What is signed is whole.
    if (last?.kind === "reasoning" && last.state === undefined) {
      parts[parts.length - 1] = { ...last, text: last.text + thought, ...state };
    } else if (thought !== "" || state !== undefined) parts.push({ kind: "reasoning", text: thought, ...state });
  } else if (type === "text" && typeof text === "string") {
    // A reference cuts a text into pieces of one whole.
    if (last?.kind === "text") parts[parts.length - 1] = { ...last, text: last.text + text };
    else if (text !== "") parts.push({ kind: "text", text });
  } else if (isReference(chunk)) {
    if (last?.kind !== "text") parts.push({ kind: "text", text: "", annotations: [referenceOf(chunk)] });
    else parts[parts.length - 1] = { ...last, annotations: [...(last.annotations ?? []), referenceOf(chunk)] };
  } else {
    const images = readImages([chunk]);
    parts.push(...(images.length === 0 ? [otherOf(chunk)] : images));
  }
}

function signatureOf({ signature }: JsonObject): { readonly state: ReasoningState } | undefined {
  const value = saidText(signature);
  return value === null ? undefined : { state: { wire: "mistral", kind: "signature", value } };
}

export function isReference({ type }: JsonObject): boolean {
  return type === "reference" || type === "tool_reference";
}

/** A reference names what the caller gave the model, or a page that a tool found. */
export function referenceOf(chunk: JsonObject): NeutralAnnotation {
  const { url, title, reference_ids: ids } = chunk;
  const page = typeof url === "string" ? url : null;
  const named = Array.isArray(ids) ? ids.map(plainText).join(", ") : null;
  return {
    kind: page === null ? "other" : "url",
    url: page,
    title: typeof title === "string" ? title : named,
    citedText: null,
    start: null,
    end: null,
    form: "mistral",
    body: chunk,
  };
}

function otherOf(chunk: JsonObject): OtherPart {
  return {
    kind: "other",
    type: typeof chunk["type"] === "string" ? chunk["type"] : "content",
    form: "mistral",
    body: chunk,
  };
}
