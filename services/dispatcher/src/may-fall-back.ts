import { isContextOverflow } from "@signalbox/dialects";
import type { SignalboxError } from "@signalbox/proto";

const AT_FAULT = new Set<string>(["upstream-invalid-request", "invalid-request", "content-blocked"]);

/**
 * What providers say of signed state that somebody else made, who speaks the same wire: OpenAI's encrypted reasoning is bound to an
 * organisation, and not all who speak Anthropic's or Google's wire are Anthropic or Google.
 */
const OF_FOREIGN_STATE = /invalid_encrypted_content|encrypted content|invalid `?signature|thought[ _]?signature/i;

/**
 * Whether another endpoint could answer where this one failed: not when the request itself is at fault, which all would refuse,
 * or when the answer held what may not be given out. State that this endpoint cannot read another may, or does without, and a prompt
 * that is too long for this one may be short enough for another.
 */
export function mayFallBack(error: SignalboxError): boolean {
  if (!AT_FAULT.has(error.code)) return true;
  if (error.code !== "upstream-invalid-request") return false;
  if (isContextOverflow(error)) return true;
  return OF_FOREIGN_STATE.test(error.details.upstreamCode ?? "") || OF_FOREIGN_STATE.test(error.message);
}
