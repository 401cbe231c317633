import type { LossList } from "../neutral/loss.ts";
import type { FilePart, NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildPlainImage } from "../openai-chat/build-plain-image.ts";

/** What the request's messages are built into. */
export type Context = {
  readonly losses: LossList;
  /** Grows: documents to be cited from stand beside the messages in this format. */
  readonly documents: JsonObject[];
};

/** The parts of a message that this format has a content part for; reasoning and calls have places of their own. */
export function buildContent(parts: readonly NeutralPart[], path: string, context: Context): JsonObject[] {
  return parts.flatMap((part, index) => {
    const built = buildPart(part, `${path}.parts[${index}]`, context);
    return built === null ? [] : [built];
  });
}

/** One part; null where the format has no content part for it. */
export function buildPart(part: NeutralPart, path: string, context: Context): JsonObject | null {
  const { losses } = context;
  if ("cache" in part && part.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  switch (part.kind) {
    case "text":
      if (part.annotations !== undefined) losses.add(`${path}.annotations`, "citation", "no-equivalent");
      if (part.state !== undefined) losses.add(`${path}.state`, "text-signature", "foreign");
      return { type: "text", text: part.text };
    case "refusal":
      losses.add(path, "refusal", "approximated");
      return { type: "text", text: part.text };
    case "image":
      return buildPlainImage(part, path, losses);
    case "file":
      return buildFile(part, path, context);
    case "audio":
      losses.add(path, "audio", "no-equivalent");
      return null;
    case "other":
      losses.add(path, part.type, "foreign");
      return null;
    default:
      return null;
  }
}

/** A text that is to be cited from becomes one of the request's documents, which the model always cites from; any other stays where it is. */
function buildFile(part: FilePart, path: string, { losses, documents }: Context): JsonObject | null {
  const { source, name, context, citations } = part;
  if (source.kind !== "text") {
    losses.add(path, "file", source.kind === "file-id" ? "foreign" : "no-equivalent");
    return null;
  }
  if (citations !== true) {
    if (context !== undefined) losses.add(`${path}.context`, "file-context", "no-equivalent");
    losses.add(path, "text-file", "approximated");
    return { type: "text", text: source.text };
  }
  losses.add(path, "file-place", "approximated");
  const data = {
    ...(name === null ? {} : { title: name }),
    ...(context === undefined ? {} : { context }),
    text: source.text,
  };
  documents.push({ id: `doc_${documents.length}`, data });
  return null;
}
