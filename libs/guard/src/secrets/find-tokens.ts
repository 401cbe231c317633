import { isEscapeLetter, isWordUnit } from "../characters.ts";
import type { Finding } from "../finding.ts";
import { looksMadeUp } from "./looks-made-up.ts";

const JWT_MAX_CHARS = 8_192;
/** Header and payload begin with an opened JSON object; a token without a signature is no credential. */
const JWT = /eyJ[A-Za-z0-9_-]{10,2048}\.eyJ[A-Za-z0-9_-]{10,8192}\.[A-Za-z0-9_-]{20,1024}(?![\w-])/y;

/** Signed JSON web tokens (RFC 7519) in compact form. */
export function findTokens(text: string): Finding[] {
  const found: Finding[] = [];
  let at = text.indexOf("eyJ");
  while (at !== -1) {
    let next = at + 3;
    if (!isInside(text, at)) {
      JWT.lastIndex = at;
      if (JWT.test(text) && JWT.lastIndex - at <= JWT_MAX_CHARS && !looksMadeUp(text.slice(at, JWT.lastIndex))) {
        next = JWT.lastIndex;
        found.push({ type: "secret.jwt", start: at, end: next });
      }
    }
    at = text.indexOf("eyJ", next);
  }
  return found;
}

/** Whether a token's characters stand before it: only the beginning of such a run is tried, so that scanning stays linear. */
function isInside(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return (isWordUnit(before) || before === 45) && !isEscapeLetter(text, at - 1);
}
