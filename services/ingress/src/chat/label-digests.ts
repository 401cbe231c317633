import type { Labels, RequestFacts } from "@signalbox/proto";
import { canonicalText } from "./canonical-text.ts";

/** What the facts say of a request's labels: their digests alone, under the tenant's key. */
export function labelDigests(
  { user, metadata, tags = [] }: Labels,
  digest: (text: string) => string,
): RequestFacts["labels"] {
  return {
    user: user === undefined ? null : digest(user),
    metadata: metadata === undefined ? null : digest(canonicalText(metadata)),
    tags: tags.map(digest),
  };
}
