import type { LossList } from "../neutral/loss.ts";
import { dataUrlOf } from "../neutral/media-source.ts";
import type { AudioPart, CacheMark, FilePart, ImagePart, NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { RequestQuirks } from "../request-quirks.ts";
import { urlOf } from "./answer-media.ts";

/** What a request of another form is built with. */
export type BuildContext = { readonly losses: LossList; readonly quirks: RequestQuirks };

/** The content of a message that was read from another form; refusals, reasoning and calls have fields of their own. */
export function buildContent(parts: readonly NeutralPart[], path: string, context: BuildContext): JsonObject[] {
  return parts.flatMap((part, index) => {
    const at = `${path}.parts[${index}]`;
    const mark = "cache" in part ? part.cache : undefined;
    const built = buildPart(part, at, context.losses);
    const marked = buildMark(mark, at, context);
    return built === null ? [] : [{ ...built, ...marked }];
  });
}

/** A cache mark as OpenRouter and Alibaba take it in this format. */
export function buildMark(mark: CacheMark | undefined, path: string, { losses, quirks }: BuildContext): JsonObject {
  if (mark === undefined) return {};
  if (quirks.cacheMarks === true) {
    return { cache_control: { type: "ephemeral", ...(mark.ttl === null ? {} : { ttl: mark.ttl }) } };
  }
  losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  return {};
}

function buildPart(part: NeutralPart, path: string, losses: LossList): JsonObject | null {
  switch (part.kind) {
    case "text":
      if (part.annotations !== undefined) losses.add(`${path}.annotations`, "citation", "no-equivalent");
      if (part.state !== undefined) losses.add(`${path}.state`, "text-signature", "foreign");
      return { type: "text", text: part.text };
    case "image":
      return buildImage(part, path, losses);
    case "audio":
      return buildAudio(part, path, losses);
    case "file":
      return buildFile(part, path, losses);
    case "other":
      losses.add(path, part.type, "foreign");
      return null;
    default:
      return null;
  }
}

function buildImage({ source, detail, state }: ImagePart, path: string, losses: LossList): JsonObject | null {
  if (state !== undefined) losses.add(`${path}.state`, "image-signature", "foreign");
  const url = urlOf(source);
  if (url !== null) return { type: "image_url", image_url: { url, ...(detail === null ? {} : { detail }) } };
  losses.add(path, "image", "foreign");
  return null;
}

function buildAudio({ source }: AudioPart, path: string, losses: LossList): JsonObject | null {
  if (source.kind !== "base64") {
    losses.add(path, "audio", source.kind === "file-id" ? "foreign" : "no-equivalent");
    return null;
  }
  // The subtype's registered names, in this format's words.
  const format = source.mime.replace(/^audio\/(x-)?/, "").replace(/^mpeg$/, "mp3");
  return { type: "input_audio", input_audio: { data: source.data, format } };
}

function buildFile(part: FilePart, path: string, losses: LossList): JsonObject | null {
  const { source, name } = part;
  if (part.context !== undefined) losses.add(`${path}.context`, "file-context", "no-equivalent");
  if (part.citations === true) losses.add(`${path}.citations`, "citations-wanted", "no-equivalent");
  switch (source.kind) {
    case "base64":
      return { type: "file", file: { filename: name ?? "file", file_data: dataUrlOf(source) } };
    case "text":
      losses.add(path, "text-file", "approximated");
      return { type: "text", text: source.text };
    case "file-id":
      if (source.form.startsWith("openai-")) {
        return { type: "file", file: { file_id: source.id, ...(name === null ? {} : { filename: name }) } };
      }
      losses.add(path, "file", "foreign");
      return null;
    default:
      losses.add(path, "file", "no-equivalent");
      return null;
  }
}
