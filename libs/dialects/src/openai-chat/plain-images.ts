import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** An image that is named by its URL alone, as clients of Mistral's API send it (https://docs.mistral.ai/capabilities/vision). */
function isPlainImage(part: unknown): part is JsonObject & { readonly image_url: string } {
  return isObject(part) && part["type"] === "image_url" && typeof part["image_url"] === "string";
}

/** The images of a caller's own body as OpenAI has them. */
export function withoutPlainImages(body: Record<string, unknown>): void {
  const messages = body["messages"];
  if (!Array.isArray(messages) || !messages.some(holdsPlainImage)) return;
  body["messages"] = messages.map((message: unknown) => {
    if (!holdsPlainImage(message)) return message;
    const content = message.content.map((part) =>
      isPlainImage(part) ? { ...part, image_url: { url: part.image_url } } : part,
    );
    return { ...message, content };
  });
}

function holdsPlainImage(message: unknown): message is JsonObject & { readonly content: readonly unknown[] } {
  return isObject(message) && Array.isArray(message["content"]) && message["content"].some(isPlainImage);
}
