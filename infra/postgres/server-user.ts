import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** PostgreSQL refuses to run as root; these accounts are tried in this order. Nothing is created on the machine. */
const ACCOUNTS = ["postgres", "nobody"];
const SETPRIV = "/usr/bin/setpriv";
const OTHERS_MAY_ENTER = 0o001;

/** As whom the database server runs: as the caller, or, for root, as an account without its rights. */
export type ServerUser =
  | { readonly kind: "self" }
  | { readonly kind: "account"; readonly uid: number; readonly gid: number };

type Command = {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
};

export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return { kind: "self" };
  for (const account of ACCOUNTS) {
    const uid = idOf("-u", account);
    const gid = idOf("-g", account);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { kind: "account", uid, gid };
  }
  throw new Error(
    `PostgreSQL does not run as root, and this machine has none of the accounts ${ACCOUNTS.join(", ")}. Start it as another user.`,
  );
}

/**
 * The command as the server's user. Where that user cannot reach one of the paths (a clone below `/root`, a temporary
 * folder of mode 0700), `setpriv` leaves it the one right to enter folders, and nothing of what else root may do.
 */
export function asServerUser(user: ServerUser, command: Command, paths: readonly string[]): Command {
  if (user.kind === "self") return command;
  const { uid, gid } = user;
  if ([command.command, ...paths].every(reachableByOthers)) return { ...command, uid, gid };
  if (!existsSync(SETPRIV)) {
    throw new Error(
      `PostgreSQL does not run as root, and no other account may enter ${paths.join(", ")}. ` +
        "Use --home with a folder that others may enter, or install util-linux (setpriv).",
    );
  }
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  // initdb asks access(2) for its binaries, which disregards capabilities of a user that is not root unless this bit is
  // set.
  const bits = ["--securebits=+no_setuid_fixup"];
  const keep = ["--bounding-set=-all,+dac_override", "--inh-caps=-all,+dac_override", "--ambient-caps=+dac_override"];
  return { command: SETPRIV, args: [...drop, ...bits, ...keep, "--", command.command, ...command.args] };
}

function reachableByOthers(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & OTHERS_MAY_ENTER) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function idOf(flag: "-u" | "-g", account: string): number | undefined {
  try {
    return Number(
      execFileSync("id", [flag, account], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 5_000 }),
    );
  } catch {
    return undefined;
  }
}
