import type { MediaSource } from "../neutral/media-source.ts";
import type { AudioPart, FilePart, ImagePart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { BlockContext } from "./build-block.ts";
import { formatOf } from "./media-format.ts";

/** The block of an image, a sound or a file: the API takes bytes, and objects of S3. */
export function buildMedia(part: ImagePart | AudioPart | FilePart, context: BlockContext): JsonObject[] {
  const { path, losses } = context;
  const found = sourceOf(part.source, part.kind);
  const format = found === null ? null : formatOf(found.mime);
  if (found === null || format === null) {
    losses.add(path, part.kind, part.source.kind === "file-id" ? "foreign" : "no-equivalent");
    return [];
  }
  if (part.kind === "image" && part.detail !== null && part.detail !== "auto") {
    losses.add(`${path}.detail`, "image-detail", "no-equivalent");
  }
  if ("state" in part && part.state !== undefined) losses.add(`${path}.state`, "image-signature", "foreign");
  const body = { format: format.format, source: found.source };
  if (format.block !== "document") return [{ [format.block]: body }];
  const file: Partial<FilePart> = part.kind === "file" ? part : {};
  return [
    {
      document: {
        ...body,
        name: nameOf(file.name ?? null, context),
        ...(file.context === undefined ? {} : { context: file.context }),
        ...(file.citations === true ? { citations: { enabled: true } } : {}),
      },
    },
  ];
}

function sourceOf(source: MediaSource, kind: string): { readonly mime: string; readonly source: JsonObject } | null {
  switch (source.kind) {
    case "base64":
      return { mime: source.mime, source: { bytes: source.data } };
    case "text":
      return { mime: "text/plain", source: { bytes: Buffer.from(source.text, "utf8").toString("base64") } };
    case "url": {
      if (!source.url.startsWith("s3://")) return null;
      const mime = source.mime ?? MIMES.get(/\.(\w+)$/.exec(source.url)?.[1]?.toLowerCase() ?? "");
      return mime === undefined && kind === "audio"
        ? null
        : { mime: mime ?? "", source: { s3Location: { uri: source.url } } };
    }
    default:
      return null;
  }
}

const MIMES = new Map(
  Object.entries({ png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", pdf: "application/pdf", mp4: "video/mp4" }),
);

const NAME_MAX_CHARS = 200;

/** Names hold letters, digits, single spaces and a few marks, and no two are the same. */
function nameOf(name: string | null, { path, losses, documents }: BlockContext): string {
  const base = name === null ? "document" : name.replace(/\.\w{1,5}$/, "");
  const clean =
    base
      .replaceAll(/[^A-Za-z0-9()[\]-]+/g, " ")
      .trim()
      .slice(0, NAME_MAX_CHARS) || "document";
  let unique = clean;
  for (let count = 2; documents.has(unique); count += 1) unique = `${clean} ${count}`;
  documents.add(unique);
  if (name !== null && unique !== name) losses.add(`${path}.name`, "file-name", "approximated");
  return unique;
}
