import { SignalboxError } from "@signalbox/proto";

/** APIs of vendors' SDKs that are not served here. */
const UNSERVED = [
  "assistants",
  "audio/translations",
  "batches",
  "cachedContents",
  "containers",
  "conversations",
  "evals",
  "files",
  "fine_tuning/jobs",
  "images/edits",
  "images/variations",
  "interactions",
  "messages/batches",
  "realtime",
  "responses/compact",
  "threads",
  "uploads",
  "vector_stores",
  "videos",
] as const;

const NAMED = new RegExp(`^/(?:upload/)?v\\d\\w*/(?<name>${UNSERVED.join("|")})(?=[/:]|$)`);

/** The error for an unknown URL. It names a known API that was meant, and repeats nothing of the URL, which may hold a key or a prompt. */
export function nothingAt(url: string): SignalboxError {
  const [path = ""] = url.split("?", 1);
  const name = NAMED.exec(path)?.groups?.["name"];
  const named = name === undefined ? "" : ` '${name}' is not served here.`;
  return new SignalboxError("not-found", `There is nothing at this URL.${named}`);
}
