import { isObject } from "../check/check-value.ts";
import { dataUrlOf, type MediaSource, sourceOfUrl } from "../neutral/media-source.ts";
import type { AudioPart, ImagePart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

/** `message.audio`: the sound that an answer speaks. Its format is the one that the request asked for and stands nowhere in the answer. */
export function readAudio(value: unknown): AudioPart | null {
  if (!isObject(value) || typeof value["data"] !== "string") return null;
  const { data, transcript } = value;
  const spoken = typeof transcript === "string" ? { transcript } : {};
  return { kind: "audio", source: { kind: "base64", mime: "audio/wav", data }, ...spoken };
}

/** `message.images`, in which OpenRouter and others give images in this dialect, or those among the parts of a content. */
export function readImages(value: unknown): ImagePart[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).flatMap((image) => {
    const inner = image["image_url"];
    const url = isObject(inner) ? inner["url"] : inner;
    return typeof url === "string" ? [{ kind: "image", source: sourceOfUrl(url), detail: null } as const] : [];
  });
}

/** An image as an entry of `images`; null when it is neither bytes nor a URL. */
export function renderImage(part: ImagePart): JsonObject | null {
  const url = urlOf(part.source);
  return url === null ? null : { type: "image_url", image_url: { url } };
}

/** A source as the URL that this dialect wants, data URLs included; null for what has none. */
export function urlOf(source: MediaSource): string | null {
  if (source.kind === "base64") return dataUrlOf(source);
  return source.kind === "url" ? source.url : null;
}
