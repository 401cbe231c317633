import type { LossList } from "../neutral/loss.ts";
import { dataUrlOf } from "../neutral/media-source.ts";
import type { FilePart, ImagePart, NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { urlOf } from "../openai-chat/answer-media.ts";

/** The content of a user's message, of the system's or of a tool's output, of a request that was read from another form. */
export function buildInputParts(parts: readonly NeutralPart[], path: string, losses: LossList): JsonObject[] {
  return parts.flatMap((part, index) => {
    const built = buildPart(part, `${path}.parts[${index}]`, losses);
    return built === null ? [] : [built];
  });
}

function buildPart(part: NeutralPart, path: string, losses: LossList): JsonObject | null {
  loseMark(part, path, losses);
  switch (part.kind) {
    case "text":
      if (part.state !== undefined) losses.add(`${path}.state`, "text-signature", "foreign");
      if (part.annotations !== undefined) losses.add(`${path}.annotations`, "citation", "no-equivalent");
      return { type: "input_text", text: part.text };
    case "image":
      return buildImage(part, path, losses);
    case "file":
      return buildFile(part, path, losses);
    case "refusal":
      losses.add(path, "refusal", "approximated");
      return { type: "input_text", text: part.text };
    case "other":
      losses.add(path, part.type, "foreign");
      return null;
    default:
      losses.add(path, part.kind, "no-equivalent");
      return null;
  }
}

/** Explicit breakpoints are taken by the newest models alone, and all of them cache by themselves. */
export function loseMark(part: NeutralPart, path: string, losses: LossList): void {
  if ("cache" in part && part.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
}

function buildImage({ source, detail, state }: ImagePart, path: string, losses: LossList): JsonObject | null {
  if (state !== undefined) losses.add(`${path}.state`, "image-signature", "foreign");
  const shown = { type: "input_image", detail: detail ?? "auto" };
  const url = urlOf(source);
  if (url !== null) return { ...shown, image_url: url };
  if (source.kind === "file-id" && source.form.startsWith("openai-")) return { ...shown, file_id: source.id };
  losses.add(path, "image", "foreign");
  return null;
}

function buildFile(part: FilePart, path: string, losses: LossList): JsonObject | null {
  const { source, name } = part;
  if (part.context !== undefined) losses.add(`${path}.context`, "file-context", "no-equivalent");
  if (part.citations === true) losses.add(`${path}.citations`, "citations-wanted", "no-equivalent");
  const named = name === null ? {} : { filename: name };
  switch (source.kind) {
    case "base64":
      return { type: "input_file", filename: name ?? "file", file_data: dataUrlOf(source) };
    case "url":
      return { type: "input_file", ...named, file_url: source.url };
    case "text":
      losses.add(path, "text-file", "approximated");
      return { type: "input_text", text: source.text };
    default:
      if (source.form.startsWith("openai-")) return { type: "input_file", ...named, file_id: source.id };
      losses.add(path, "file", "foreign");
      return null;
  }
}
