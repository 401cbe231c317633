import type { LossList } from "../neutral/loss.ts";
import type { MediaSource } from "../neutral/media-source.ts";
import type { FilePart, ImagePart, NeutralPart, ReasoningPart, TextPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { markField } from "./cache-mark.ts";
import { isOwn, thinkingBlock } from "./thinking.ts";

const FORM = "anthropic-messages";

const IMAGE_TYPES: readonly string[] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/** The blocks of a system text, a user's turn or a tool's result that was read from another form. */
export function buildContent(parts: readonly NeutralPart[], path: string, losses: LossList): JsonObject[] {
  return parts.flatMap((part, index) => listed(buildPart(part, `${path}.parts[${index}]`, losses)));
}

/** None or one, to be spread. */
export function listed(block: JsonObject | null): readonly JsonObject[] {
  return block === null ? [] : [block];
}

/** One part as a block; null where there is none for it, which the losses then name. Calls have a place of their own. */
export function buildPart(part: NeutralPart, path: string, losses: LossList): JsonObject | null {
  switch (part.kind) {
    case "text":
      return buildText(part, path, losses);
    case "refusal":
      losses.add(path, "refusal", "approximated");
      return textBlock(part.text);
    case "image":
      return buildImage(part, path, losses);
    case "file":
      return buildFile(part, path, losses);
    case "reasoning":
      return buildReasoning(part, path, losses);
    case "audio":
      losses.add(path, "audio", "no-equivalent");
      return null;
    case "other":
      if (part.form === FORM) return part.body;
      losses.add(path, part.type, "foreign");
      return null;
    default:
      return null;
  }
}

/** Blank text is refused, and says nothing. */
function textBlock(text: string): JsonObject | null {
  return text.trim() === "" ? null : { type: "text", text };
}

function buildText(part: TextPart, path: string, losses: LossList): JsonObject | null {
  if (part.state !== undefined) losses.add(`${path}.state`, "text-signature", "foreign");
  const all = part.annotations ?? [];
  const own = all.filter(({ form }) => form === FORM);
  if (own.length < all.length) losses.add(`${path}.annotations`, "citation", "no-equivalent");
  const block = textBlock(part.text);
  if (block === null) return null;
  const citations = own.length === 0 ? {} : { citations: own.map(({ body }) => body) };
  return { ...block, ...citations, ...markField(part.cache) };
}

function buildReasoning(part: ReasoningPart, path: string, losses: LossList): JsonObject | null {
  if (part.state !== undefined && isOwn(part.state)) return thinkingBlock({ text: part.text, state: part.state });
  // Thinking without a signature of Anthropic's own is refused.
  if (part.state !== undefined) losses.add(`${path}.state`, `reasoning-${part.state.kind}`, "foreign");
  if (part.text !== "") losses.add(path, "reasoning", "no-equivalent");
  return null;
}

function buildImage(part: ImagePart, path: string, losses: LossList): JsonObject | null {
  if (part.detail !== null && part.detail !== "auto") losses.add(`${path}.detail`, "image-detail", "no-equivalent");
  if (part.state !== undefined) losses.add(`${path}.state`, "image-signature", "foreign");
  const { source } = part;
  const isUnknown = source.kind === "base64" && !IMAGE_TYPES.includes(source.mime.toLowerCase());
  const built = isUnknown ? null : sourceOf(source);
  if (built !== null && source.kind !== "text") return { type: "image", source: built, ...markField(part.cache) };
  losses.add(path, "image", source.kind === "file-id" ? "foreign" : "no-equivalent");
  return null;
}

function buildFile(part: FilePart, path: string, losses: LossList): JsonObject | null {
  const source = sourceOf(asDocument(part.source));
  if (source === null || !isDocument(source)) {
    losses.add(path, "file", part.source.kind === "file-id" ? "foreign" : "no-equivalent");
    return null;
  }
  return {
    type: "document",
    source,
    ...(part.name === null ? {} : { title: part.name }),
    ...(part.context === undefined ? {} : { context: part.context }),
    ...(part.citations === undefined ? {} : { citations: { enabled: part.citations } }),
    ...markField(part.cache),
  };
}

function isDocument(source: JsonObject): boolean {
  return source["type"] !== "base64" || source["media_type"] === "application/pdf";
}

/** Text is taken as text alone, not as bytes. */
function asDocument(source: MediaSource): MediaSource {
  if (source.kind !== "base64" || !/^(text\/|application\/(json|xml|yaml)\b)/i.test(source.mime)) return source;
  return { kind: "text", text: Buffer.from(source.data, "base64").toString("utf8") };
}

function sourceOf(source: MediaSource): JsonObject | null {
  switch (source.kind) {
    case "base64":
      return { type: "base64", media_type: source.mime.toLowerCase(), data: source.data };
    case "url":
      return /^https?:/i.test(source.url) ? { type: "url", url: source.url } : null;
    case "text":
      return { type: "text", media_type: "text/plain", data: source.text };
    default:
      return source.form === FORM ? { type: "file", file_id: source.id } : null;
  }
}
