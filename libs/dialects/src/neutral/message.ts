import type { CacheMark, NeutralPart } from "./part.ts";

/** One turn, its parts in the order in which they were said. An assistant's tool calls are parts. */
export type NeutralMessage =
  | {
      readonly role: "system" | "developer" | "user" | "assistant";
      readonly parts: readonly NeutralPart[];
      /** The participant's name. */
      readonly name?: string;
    }
  /** A tool's result. Results of parallel calls are messages of their own, one after the other. */
  | {
      readonly role: "tool";
      readonly parts: readonly NeutralPart[];
      /** The call that it answers; null for the legacy `function` role, which names the tool alone. */
      readonly callId: string | null;
      readonly name?: string;
      /** Set when the tool failed, and the parts say how. */
      readonly isError?: true;
      /** Set when the call was one of a custom tool. */
      readonly custom?: true;
      readonly cache?: CacheMark;
    };

/** The names of all tools that a conversation calls, by the calls' ids: some wires name the tool again beside its result. */
export function toolNamesOf(messages: readonly NeutralMessage[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { parts } of messages) {
    for (const part of parts) if (part.kind === "tool-call") names.set(part.id, part.name);
  }
  return names;
}
