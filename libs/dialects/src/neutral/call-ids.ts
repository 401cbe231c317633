import type { NeutralMessage } from "./message.ts";
import type { NeutralPart } from "./part.ts";

type ToolMessage = NeutralMessage & { readonly role: "tool" };
export type WithCallId = Exclude<NeutralMessage, ToolMessage> | (ToolMessage & { readonly callId: string });

/**
 * The messages with the id of every call as a wire wants it, and each result under the id of its call. `idOf` must give the same id for
 * the same arguments; `id` is empty for calls of the legacy kind, which have none, and `place` tells those apart.
 */
export function withCallIds(
  messages: readonly NeutralMessage[],
  idOf: (id: string, place: string) => string,
): readonly WithCallId[] {
  const idsByName = new Map<string, string>();
  return messages.map((message, at) => {
    if (message.role === "tool") {
      const { callId, name = "" } = message;
      return { ...message, callId: callId === null ? (idsByName.get(name) ?? idOf("", `${at}`)) : idOf(callId, "") };
    }
    if (!message.parts.some(({ kind }) => kind === "tool-call")) return message;
    const parts = message.parts.map((part, index): NeutralPart => {
      if (part.kind !== "tool-call") return part;
      const id = idOf(part.id, `${at}.${index}`);
      if (part.id === "") idsByName.set(part.name, id);
      return { ...part, id };
    });
    return { ...message, parts };
  });
}

/** The id of a call; one of the legacy kind has none, and by its place in the conversation it is the same in every turn. */
export function placedCallId(id: string, place: string): string {
  return id === "" ? `call_${place.replace(".", "_")}` : id;
}
