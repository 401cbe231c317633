/** The longest error text that a caller is shown. */
const ERROR_MESSAGE_MAX_CHARS = 512;

const REDACTED = "[redacted]";

/** Credentials by their looks: a bearer token, the prefixes that providers give their keys, and any long unbroken run of letters and digits. */
const CREDENTIALS = [
  /\bBearer\s+[\w.~+/=*-]{6,}/gi,
  /\b(?:sk|pk|rk|gsk|xai|nvapi|tgp|fw|hf|key|ms)[-_][\w*-]{6,}/gi,
  /\bAIza[\w*-]{10,}/g,
  /\beyJ[\w-]{10,}\.[\w.-]{10,}/g,
  /\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9_]{32,}/g,
];

/** A provider's words, cut to a size that can be shown, without anything that looks like a credential and without `secrets`. */
export function redact(message: string, secrets: readonly string[]): string {
  // What follows the limit is not searched, so that a huge message costs no more than a long one.
  let text = message.slice(0, ERROR_MESSAGE_MAX_CHARS * 4);
  for (const secret of secrets) if (secret !== "") text = text.replaceAll(secret, REDACTED);
  for (const pattern of CREDENTIALS) text = text.replace(pattern, REDACTED);
  text = text.replaceAll(/\p{Cc}+/gu, " ");
  return text.length > ERROR_MESSAGE_MAX_CHARS ? `${text.slice(0, ERROR_MESSAGE_MAX_CHARS - 1).toWellFormed()}…` : text;
}
