import type { MediaSource, NeutralPart, NeutralRequest } from "@signalbox/dialects";
import type { Attachment, RequestForm, ToolCall } from "@signalbox/guard";

const BYTES_PER_BASE64_CHAR = 3 / 4;

/** The counts, tools, calls and attachments of a request, for the guardrails' bounds. */
export function requestFormOf({ messages, tools }: NeutralRequest): RequestForm {
  const parts = messages.flatMap((message) => message.parts);
  return {
    messages: messages.length,
    tools: tools.map(({ name }) => name),
    calls: parts.flatMap(callOf),
    attachments: parts.flatMap(attachmentOf),
  };
}

function callOf(part: NeutralPart): ToolCall[] {
  if (part.kind !== "tool-call") return [];
  return [{ name: part.name, arguments: part.custom === true ? null : part.arguments }];
}

function attachmentOf(part: NeutralPart): Attachment[] {
  if (part.kind !== "image" && part.kind !== "audio" && part.kind !== "file") return [];
  const { source } = part;
  // A plain-text document is scanned as text.
  if (source.kind === "text") return [];
  return [{ mime: mimeOf(source, part.kind), where: WHERE[source.kind], bytes: bytesOf(source) }];
}

const WHERE = { base64: "inline", url: "url", "file-id": "file" } as const;

/** The media type; where the request names none, `image/` or `audio/` by the part's kind. */
function mimeOf(source: MediaSource, kind: "image" | "audio" | "file"): string {
  const said = source.kind === "base64" || source.kind === "url" ? (source.mime ?? "") : "";
  return said !== "" || kind === "file" ? said : `${kind}/`;
}

function bytesOf(source: MediaSource): number | null {
  if (source.kind !== "base64") return null;
  const { data } = source;
  const padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
  return Math.floor(data.length * BYTES_PER_BASE64_CHAR) - padding;
}
