import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fail, ok, type Check } from "./check.ts";

/** Whoever is not the owner must not read these. */
const OTHERS = 0o077;
const FINDINGS_MAX = 3;

/** What holds secrets: files, and the folders in which there are more than could be listed. */
const SECRET_FILES = ["credentials", join("postgres", "superuser.password"), join("nats", "nats.conf")];
const SECRET_FOLDERS = ["keys", "run"];

/** Whether the home folder's secrets are their owner's alone. */
export function secretsCheck(home: string): Check {
  return {
    name: "secrets",
    look: () => {
      if (!existsSync(home)) return Promise.resolve(ok(`no home folder yet at ${home}`));
      const secrets = secretPaths(home);
      const open = secrets.filter((path) => (statSync(path).mode & OTHERS) !== 0);
      if (open.length === 0) return Promise.resolve(ok(`${secrets.length} files and folders, their owner's alone`));
      const named = open.slice(0, FINDINGS_MAX).join(", ");
      const more = open.length > FINDINGS_MAX ? ` and ${open.length - FINDINGS_MAX} more` : "";
      const todo = `Run \`chmod -R go-rwx ${open.slice(0, FINDINGS_MAX).join(" ")}\`, and replace what was readable.`;
      return Promise.resolve(fail(`others may read ${named}${more}`, todo));
    },
  };
}

function secretPaths(home: string): string[] {
  const folders = SECRET_FOLDERS.map((name) => join(home, name)).filter((folder) => existsSync(folder));
  const keyFiles = folders
    .filter((folder) => folder.endsWith("keys"))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = SECRET_FILES.map((name) => join(home, name)).filter((file) => existsSync(file));
  return [...files, ...folders, ...keyFiles];
}
