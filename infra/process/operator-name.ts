import { hostname, userInfo } from "node:os";

const NAME_MAX_CHARS = 128;

/** Who runs this process, as the register and the history of policies name it: `name@host`. */
export function operatorName(): string {
  return `${accountName()}@${hostname()}`.slice(0, NAME_MAX_CHARS);
}

/** The account's name; its number where the machine has no name for it, as in containers that run as any user. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
