import type { MediaSource } from "../neutral/media-source.ts";
import type { AudioPart, FilePart, ImagePart } from "../neutral/part.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";

/** The host of files that were given to the API before: nobody else can fetch them. */
const FILES_HOST = "generativelanguage.googleapis.com/";

type MediaPart = ImagePart | AudioPart | FilePart;

/** An `inlineData`; null when it is none. */
export function readInlineData(blob: JsonObject, detail: string | null): MediaPart | null {
  const { mimeType, data, displayName } = blob;
  if (typeof data !== "string") return null;
  const mime = typeof mimeType === "string" ? mimeType : "application/octet-stream";
  return mediaPart({ kind: "base64", mime, data }, mime, { displayName, detail });
}

/** A `fileData`; null when it is none. */
export function readFileData(file: JsonObject, detail: string | null): MediaPart | null {
  const { mimeType, fileUri, displayName } = file;
  if (typeof fileUri !== "string") return null;
  const mime = typeof mimeType === "string" ? mimeType : "";
  const source: MediaSource = fileUri.includes(FILES_HOST)
    ? { kind: "file-id", id: fileUri, form: "gemini" }
    : { kind: "url", url: fileUri, ...(mime === "" ? {} : { mime }) };
  return mediaPart(source, mime, { displayName, detail });
}

function mediaPart(
  source: MediaSource,
  mime: string,
  { displayName, detail }: { displayName: unknown; detail: string | null },
): MediaPart {
  if (mime.startsWith("image/")) return { kind: "image", source, detail };
  if (mime.startsWith("audio/")) return { kind: "audio", source };
  return { kind: "file", source, name: typeof displayName === "string" ? displayName : null };
}

/** The media types of what providers read, by the ends of names: the API asks for one beside each URL. */
const MIMES = new Map(
  Object.entries({
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    webp: "image/webp",
    gif: "image/gif",
    heic: "image/heic",
    pdf: "application/pdf",
    txt: "text/plain",
    mp3: "audio/mpeg",
    wav: "audio/wav",
    mp4: "video/mp4",
    webm: "video/webm",
  }),
);

/** What a URL whose name says no type is most likely of: the API asks for a type, and looks at the bytes itself. */
const LIKELY = { image: "image/jpeg", audio: "audio/mpeg", file: "application/pdf" } as const;

/** A part's source as the field that holds it; null where only another API can find it. */
export function renderMedia({ source, kind }: Pick<MediaPart, "source" | "kind">): JsonObject | null {
  switch (source.kind) {
    case "base64":
      return { inlineData: { mimeType: source.mime, data: source.data } };
    case "text":
      return { inlineData: { mimeType: "text/plain", data: Buffer.from(source.text, "utf8").toString("base64") } };
    case "url": {
      const end = /\.(\w{2,5})(?:[?#]|$)/.exec(source.url)?.[1]?.toLowerCase() ?? "";
      return { fileData: { fileUri: source.url, mimeType: source.mime ?? MIMES.get(end) ?? LIKELY[kind] } };
    }
    default:
      return source.form === "gemini" ? { fileData: { fileUri: source.id } } : null;
  }
}

const DETAILS: readonly (readonly [level: string, detail: string])[] = [
  ["MEDIA_RESOLUTION_LOW", "low"],
  ["MEDIA_RESOLUTION_MEDIUM", "auto"],
  ["MEDIA_RESOLUTION_HIGH", "high"],
  ["MEDIA_RESOLUTION_ULTRA_HIGH", "original"],
];

/** A part's `mediaResolution`, as the detail of an image. */
export function readDetail(resolution: unknown): string | null {
  const level = typeof resolution === "object" && resolution !== null ? (resolution as JsonObject)["level"] : undefined;
  return DETAILS.find(([name]) => name === level)?.[1] ?? null;
}

/** The same the other way round; `auto` needs no words. */
export function renderDetail(detail: string | null): JsonObject {
  const level = detail === "auto" ? undefined : DETAILS.find(([, word]) => word === detail)?.[0];
  return level === undefined ? {} : { mediaResolution: { level } };
}

/** The part with its state, where its kind can carry one. */
export function withState(part: MediaPart, state: ReasoningState | null): MediaPart {
  return state === null || part.kind !== "image" ? part : { ...part, state };
}
