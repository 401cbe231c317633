import type { ToolCallPart } from "../neutral/part.ts";

/**
 * The ids of a conversation's calls as this format takes them: letters, digits, underscores and dashes. A call without an id, as the legacy
 * functions of openai-chat have it, is given one, and a result that names its tool alone belongs to the last call of it.
 */
export class CallIds {
  readonly #byName = new Map<string, string>();
  #calls = 0;

  ofCall({ id, name }: Pick<ToolCallPart, "id" | "name">): string {
    this.#calls += 1;
    const clean = id === "" ? `call_${this.#calls}` : cleanId(id);
    this.#byName.set(name, clean);
    return clean;
  }

  ofResult({ callId, name }: { readonly callId: string | null; readonly name?: string }): string {
    if (callId !== null && callId !== "") return cleanId(callId);
    return this.#byName.get(name ?? "") ?? `call_${this.#calls}`;
  }
}

function cleanId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, "_");
}
