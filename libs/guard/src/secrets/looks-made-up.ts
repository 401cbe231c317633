/** Only the beginning is read, because a long random value may hold such a word by chance. */
const READ_MAX_CHARS = 64;
/** Signs of a placeholder in the place of a credential. */
const MADE_UP =
  /x{5}|\*{3}|\.{3}|example|sample|dummy|placeholder|changeme|redacted|your[-_]?|insert|abcdefgh|0{8}|12345678|MjM0NTY3ODkw|(.)\1{6}/i;

/** Whether a value that has the form of a credential is one of those that documentation shows. */
export function looksMadeUp(value: string): boolean {
  return MADE_UP.test(value.slice(0, READ_MAX_CHARS));
}
