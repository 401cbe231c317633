import type { ChatRequest } from "../chat/chat-request.ts";
import { AnswerCopy } from "./answer-copy.ts";
import { endUserName } from "./end-user-name.ts";
import type { ContentStore } from "./content-store.ts";

/** Copies one answer and keeps it, with its request. */
export type Keeping = { readonly copy: AnswerCopy; keep(): Promise<void> };

/** Null for a tenant of which nothing is retained. */
export function keepingOf(
  chat: ChatRequest,
  { store, maxBytes }: { store: ContentStore; maxBytes: number },
): Keeping | null {
  const { tenant, requestId, dialect } = chat.facts;
  if (!store.keepsFor(tenant)) return null;
  const copy = new AnswerCopy(Math.max(0, maxBytes - chat.body.length));
  return {
    copy,
    async keep() {
      // A request that is larger than what is retained leaves no room, and is no use cut off.
      if (chat.body.length > maxBytes) return;
      await store.keep(
        { tenant, requestId, user: endUserName(chat.labels?.user) },
        {
          dialect,
          ...(chat.envelope === null ? {} : { envelope: chat.envelope }),
          request: chat.body.toString("utf8"),
          answer: copy.text,
          isWhole: copy.isWhole,
        },
      );
    },
  };
}
