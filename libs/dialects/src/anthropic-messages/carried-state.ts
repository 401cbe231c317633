import type { ReasoningState } from "../neutral/reasoning-state.ts";
import { unwrapState, wrapState } from "../neutral/reasoning-state.ts";

/** What a carried state belongs to: reasoning of its own, the tool call after it, or the text before it. */
type StateOwner = "reasoning" | "call" | "text";

export type CarriedState = { readonly state: ReasoningState; readonly owner: StateOwner; readonly id?: string };

const OWNERS: readonly unknown[] = ["reasoning", "call", "text"] satisfies readonly StateOwner[];

/**
 * State of another wire as one token, for a `signature` or the `data` of a `redacted_thinking` block: callers send both back as they
 * are. Beside the state it says what it signs, because another wire may sign a call or a text, and the id of its reasoning item.
 */
export function carryState({ state, owner, id }: CarriedState): string {
  const place = Buffer.from(JSON.stringify(id === undefined ? [owner] : [owner, id]), "utf8").toString("base64url");
  return `${wrapState(state)}.${place}`;
}

/** What `carryState` gave; null for any other text, which is Anthropic's own. */
export function readCarriedState(token: string): CarriedState | null {
  const dot = token.lastIndexOf(".");
  if (dot === -1) return null;
  const state = unwrapState(token.slice(0, dot));
  if (state === null) return null;
  const [owner, id] = readPlace(token.slice(dot + 1));
  if (!OWNERS.includes(owner)) return null;
  return { state, owner: owner as StateOwner, ...(typeof id === "string" ? { id } : {}) };
}

function readPlace(text: string): readonly unknown[] {
  try {
    const place = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as unknown;
    return Array.isArray(place) ? (place as readonly unknown[]) : [];
  } catch {
    return [];
  }
}
