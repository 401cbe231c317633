import type { Finding } from "../finding.ts";
import { looksMadeUp } from "./looks-made-up.ts";

/** `name:password@host` after the scheme. */
const USERINFO = /([^\s:@/'"`<>{}$|\\]{0,64}):([^\s@/'"`<>{}$|\\]{3,128})@([A-Za-z0-9.-]{1,253})/y;
/** Words that stand in for a password, and hosts that are examples or unreachable from elsewhere. */
const SAID_PASSWORD =
  /^(?:pass|passwd|password|passw0rd|pwd|pw|secret|token|key|admin|root|user|username|test|guest|postgres|mysql|redis|mongo|rabbitmq|\d{1,5})\w{0,4}$/i;
const NOWHERE =
  /^(?:localhost|127\.|0\.0\.0\.0|host|hostname|server|domain|proxy|foo|bar|[a-z]\b)|(?:^|\.)(?:example|test|invalid|localhost)(?:\.[a-z]+)?$/i;

/** Finds passwords in URLs; the finding is the password alone. */
export function findUrlPasswords(text: string): Finding[] {
  const found: Finding[] = [];
  let at = text.indexOf("://");
  while (at !== -1) {
    USERINFO.lastIndex = at + 3;
    const match = USERINFO.exec(text);
    if (match !== null) {
      const [, name = "", password = "", host = ""] = match;
      if (isPassword(password, name) && !NOWHERE.test(host)) {
        const start = at + 3 + name.length + 1;
        found.push({ type: "secret.url-password", start, end: start + password.length });
      }
    }
    at = text.indexOf("://", at + 3);
  }
  return found;
}

function isPassword(password: string, name: string): boolean {
  if (password.length < 6 || password === name || SAID_PASSWORD.test(password) || looksMadeUp(password)) return false;
  return /\d/.test(password) || /[A-Z].*[a-z]|[a-z].*[A-Z]|[^A-Za-z]/.test(password);
}
