import { SignalboxError } from "@signalbox/proto";

/** What vendors' SDKs ask for that is not served here. */
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

/** The error for a URL that nothing is at. It says which of the known APIs was meant, and repeats nothing else of the URL, where a key or a prompt may stand. */
export function nothingAt(url: string): SignalboxError {
  const [path = ""] = url.split("?", 1);
  const name = NAMED.exec(path)?.groups?.["name"];
  const named = name === undefined ? "" : ` '${name}' is not served here.`;
  return new SignalboxError("not-found", `There is nothing at this URL.${named}`);
}
