import type { BodyForm } from "./source.ts";

/** Where the bytes of an image, a sound or a file are. */
export type MediaSource =
  /** `data` is base64. */
  | { readonly kind: "base64"; readonly mime: string; readonly data: string }
  /** `http:`, `https:` or a provider's own scheme such as `gs:` or `s3:`. `mime` where the request says it. */
  | { readonly kind: "url"; readonly url: string; readonly mime?: string }
  /** A file that was given to the provider before; only the API that `form` names can find it. */
  | { readonly kind: "file-id"; readonly id: string; readonly form: BodyForm }
  /** A document that is plain text. */
  | { readonly kind: "text"; readonly text: string };

/** Parameters of a media type, such as its charset, hardly ever stand in a data URL; only its start is searched for its comma. */
const HEAD_MAX_CHARS = 512;

/** Reads a `data:` URL with base64, or null when the text is none. The bytes are not decoded or copied. */
export function readDataUrl(url: string): (MediaSource & { kind: "base64" }) | null {
  const head = /^data:([^,]{0,255});base64,/i.exec(url.slice(0, HEAD_MAX_CHARS));
  if (head === null) return null;
  return { kind: "base64", mime: head[1] ?? "", data: url.slice(head[0].length) };
}

export function dataUrlOf(source: MediaSource & { kind: "base64" }): string {
  return `data:${source.mime};base64,${source.data}`;
}

/** A URL of either kind as a source. */
export function sourceOfUrl(url: string): MediaSource {
  return readDataUrl(url) ?? { kind: "url", url };
}
