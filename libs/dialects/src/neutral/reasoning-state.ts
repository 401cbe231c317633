import type { WireName } from "@signalbox/proto";

/**
 * What a provider needs back, byte for byte, to go on with its own reasoning: a signature over visible text, the whole of a block that
 * it redacted, or the encrypted content. Only `wire` can read it.
 */
export type ReasoningState = {
  readonly wire: WireName;
  readonly kind: "signature" | "redacted" | "encrypted";
  readonly value: string;
};

/** What a token starts with that carries another wire's state through a client that knows nothing of it; no provider's state does. */
const MARK = "c2lnbmFsYm94OnN0YXRlOjE6";

/**
 * A state as one base64url token. Where a caller's dialect has a place for state of its own alone, the token stands in that place;
 * the client sends it back with its history, and `unwrapState` finds what it was.
 */
export function wrapState(state: ReasoningState): string {
  return MARK + Buffer.from(JSON.stringify([state.wire, state.kind, state.value]), "utf8").toString("base64url");
}

/** The state in a token of `wrapState`; null for any other text. */
export function unwrapState(token: string): ReasoningState | null {
  if (!token.startsWith(MARK)) return null;
  try {
    const text = Buffer.from(token.slice(MARK.length), "base64url").toString("utf8");
    const [wire, kind, value] = JSON.parse(text) as [WireName, ReasoningState["kind"], string];
    return isState(wire, kind, value) ? { wire, kind, value } : null;
  } catch {
    return null;
  }
}

function isState(wire: unknown, kind: unknown, value: unknown): boolean {
  return typeof wire === "string" && typeof value === "string" && KINDS.includes(kind as ReasoningState["kind"]);
}

const KINDS: readonly ReasoningState["kind"][] = ["signature", "redacted", "encrypted"];
