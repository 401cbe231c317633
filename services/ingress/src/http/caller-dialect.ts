import type { IncomingHttpHeaders } from "node:http";
import type { DialectName } from "@signalbox/proto";

/** URLs that Google's SDK shares with other vendors' when it calls `/v1`, as it does from its third version on. */
const GOOGLE_TOO = /^\/(?:upload\/)?v1\/(?:models|files|cachedContents|interactions|batches)(?=[/:]|$)/;

/** The dialect to render an error in, by the URL and, where vendors share one, by a header that only one of them sends. */
export function callerDialectOf(url: string, headers: IncomingHttpHeaders): DialectName {
  const [path = ""] = url.split("?", 1);
  if (/^\/(?:upload\/)?v1beta1?\//.test(path) || /:(?:[a-z]+Content|countTokens)$/i.test(path)) return "gemini";
  if (headers["x-goog-api-key"] !== undefined && GOOGLE_TOO.test(path)) return "gemini";
  if (path.startsWith("/v1/messages") || headers["anthropic-version"] !== undefined) return "anthropic-messages";
  if (path.startsWith("/v1/responses")) return "openai-responses";
  if (path === "/v1/completions") return "openai-completions";
  return "openai-chat";
}
