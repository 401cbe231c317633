import { type ReasoningState, unwrapState, wrapState } from "../neutral/reasoning-state.ts";

/**
 * What stands for the signature of a call that another model made. Gemini 3 refuses an unsigned call of the turn that is under way,
 * and takes this in its place (https://ai.google.dev/gemini-api/docs/thought-signatures).
 */
export const NO_SIGNATURE = "skip_thought_signature_validator";

/** What clients write there where they have none, by the same page: it is nobody's state, and any provider may take the next turn. */
const STAND_INS = new Set([NO_SIGNATURE, "context_engineering_is_the_way_to_go"]);

/** A `thoughtSignature`: Gemini's own as it stands, or the token of another wire's state; null where there is none. */
export function readSignature(value: unknown): ReasoningState | null {
  if (typeof value !== "string" || value === "" || STAND_INS.has(value)) return null;
  return unwrapState(toUrlAlphabet(value)) ?? { wire: "gemini", kind: "signature", value };
}

/** As a field of a part for a caller: nothing where there is no state. */
export function signatureField(state: ReasoningState | undefined): { readonly thoughtSignature?: string } {
  if (state === undefined) return {};
  if (state.wire === "gemini") return { thoughtSignature: state.value };
  // The field is bytes: strict clients refuse base64 in the other alphabet, or without its padding.
  return { thoughtSignature: Buffer.from(wrapState(state), "base64url").toString("base64") };
}

/** Clients decode the field and encode it again, in either alphabet. */
function toUrlAlphabet(token: string): string {
  return token.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
