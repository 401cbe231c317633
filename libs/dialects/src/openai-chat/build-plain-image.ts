import type { LossList } from "../neutral/loss.ts";
import type { ImagePart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { urlOf } from "./answer-media.ts";

/** An image for a wire that took this format over without signatures and without the detail `original`; null when it is neither bytes nor a URL. */
export function buildPlainImage(
  { source, detail, state }: ImagePart,
  path: string,
  losses: LossList,
): JsonObject | null {
  if (state !== undefined) losses.add(`${path}.state`, "image-signature", "foreign");
  const url = urlOf(source);
  if (url === null) {
    losses.add(path, "image", "foreign");
    return null;
  }
  if (detail === "original") losses.add(`${path}.detail`, "image-detail", "approximated");
  const known = detail === null ? {} : { detail: detail === "original" ? "high" : detail };
  return { type: "image_url", image_url: { url, ...known } };
}
