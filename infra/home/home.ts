import { accessSync, constants, mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export const DEFAULT_HOME = "./.signalbox";

/** The one folder that holds all state of an installation, by what lies where. */
export type Home = {
  readonly dir: string;
  /** Secrets; only the owner may enter. */
  readonly keys: string;
  /** What describes the running line: the services' configs, ports, pids. */
  readonly run: string;
  readonly logs: string;
  readonly postgres: string;
  readonly nats: string;
  /** What the ledger remembers outside of Postgres. */
  readonly ledger: string;
  /** The first start's two keys, JSON, mode 0600. */
  readonly credentialsFile: string;
  /** Addresses and pids of the running line, for the command line. */
  readonly runtimeFile: string;
};

/** Names the folders and makes those that are not there. Throws with what to do where that cannot be. */
export function openHome(dir: string = DEFAULT_HOME): Home {
  const asked = resolve(dir);
  try {
    makeFolder(asked);
    // What a killed start left running is known by the paths in its command lines, whichever way the folder is reached.
    const home = homeIn(realpathSync(asked));
    for (const folder of [home.keys, home.run, home.logs, home.nats, home.ledger]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK);
    }
    return home;
  } catch (error) {
    throw new Error(
      `${asked} cannot hold Signalbox's state: ${whyNot(error)}. Choose another folder with --home DIR.`,
      {
        cause: error,
      },
    );
  }
}

function homeIn(root: string): Home {
  return {
    dir: root,
    keys: join(root, "keys"),
    run: join(root, "run"),
    logs: join(root, "logs"),
    postgres: join(root, "postgres"),
    nats: join(root, "nats"),
    ledger: join(root, "ledger"),
    credentialsFile: join(root, "credentials"),
    runtimeFile: join(root, "run", "runtime.json"),
  };
}

/** Node's own `recursive` never returns where a file system lets nobody make a folder, such as /proc. */
function makeFolder(dir: string): void {
  try {
    mkdirSync(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(dir).isDirectory()) return;
    if (code !== "ENOENT" || dirname(dir) === dir) throw error;
    makeFolder(dirname(dir));
    mkdirSync(dir);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: "a file stands there",
  ENOTDIR: "a file stands in its path",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "it is on a file system that is only read",
  ENOENT: "it cannot be made there",
  ENOSPC: "there is no space left",
};

function whyNot(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
