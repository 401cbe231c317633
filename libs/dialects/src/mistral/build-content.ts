import type { LossList } from "../neutral/loss.ts";
import { dataUrlOf } from "../neutral/media-source.ts";
import type { AudioPart, FilePart, NeutralPart, ReasoningPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildPlainImage } from "../openai-chat/build-plain-image.ts";

/** The content of a message; calls stand beside it, and reasoning is a part of the assistant's content alone. */
export function buildContent(parts: readonly NeutralPart[], path: string, losses: LossList): JsonObject[] {
  return parts.flatMap((part, index) => {
    const built = buildPart(part, `${path}.parts[${index}]`, losses);
    return built === null ? [] : [built];
  });
}

function buildPart(part: NeutralPart, path: string, losses: LossList): JsonObject | null {
  if ("cache" in part && part.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  switch (part.kind) {
    case "text":
      if (part.annotations !== undefined) losses.add(`${path}.annotations`, "citation", "no-equivalent");
      if (part.state !== undefined) losses.add(`${path}.state`, "text-signature", "foreign");
      return { type: "text", text: part.text };
    case "refusal":
      losses.add(path, "refusal", "approximated");
      return { type: "text", text: part.text };
    case "reasoning":
      return buildThought(part, path, losses);
    case "image":
      return buildPlainImage(part, path, losses);
    case "audio":
      return buildAudio(part, path, losses);
    case "file":
      return buildFile(part, path, losses);
    case "other":
      if (part.form === "mistral") return part.body;
      losses.add(path, part.type, "foreign");
      return null;
    case "tool-call":
      if (part.state !== undefined) losses.add(`${path}.state`, "call-signature", "foreign");
      if (part.custom === true) losses.add(path, "custom-tool-call", "approximated");
      return null;
  }
  return null;
}

/** What Mistral signed goes back with its signature. */
function buildThought({ text, state }: ReasoningPart, path: string, losses: LossList): JsonObject | null {
  const isOwn = state?.wire === "mistral" && state.kind === "signature";
  if (state !== undefined && !isOwn) losses.add(`${path}.state`, `reasoning-${state.kind}`, "foreign");
  if (text === "" && !isOwn) return null;
  const thinking = text === "" ? [] : [{ type: "text", text }];
  return { type: "thinking", thinking, ...(isOwn ? { signature: state.value } : {}) };
}

/** Sound is base64, or a URL, without a word of its format. */
function buildAudio({ source }: AudioPart, path: string, losses: LossList): JsonObject | null {
  if (source.kind === "base64") return { type: "input_audio", input_audio: source.data };
  if (source.kind === "url") return { type: "input_audio", input_audio: source.url };
  losses.add(path, "audio", "foreign");
  return null;
}

/** Documents are URLs, data URLs included (https://docs.mistral.ai/capabilities/document_ai/document_qna). */
function buildFile(part: FilePart, path: string, losses: LossList): JsonObject | null {
  const { source, name, context, citations } = part;
  if (context !== undefined) losses.add(`${path}.context`, "file-context", "no-equivalent");
  if (citations === true) losses.add(`${path}.citations`, "citations-wanted", "no-equivalent");
  const named = name === null ? {} : { document_name: name };
  switch (source.kind) {
    case "base64":
      return { type: "document_url", document_url: dataUrlOf(source), ...named };
    case "url":
      return { type: "document_url", document_url: source.url, ...named };
    case "text":
      losses.add(path, "text-file", "approximated");
      return { type: "text", text: source.text };
    case "file-id":
      if (source.form === "mistral") return { type: "file", file_id: source.id };
      losses.add(path, "file", "foreign");
      return null;
  }
  return null;
}
