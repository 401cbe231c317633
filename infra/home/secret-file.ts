import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a file that only its owner may read; a reader sees the old content or the new one, never a part. */
export function writeSecretFile(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.new`;
  writeFileSync(fresh, content, { mode: 0o600 });
  renameSync(fresh, file);
}

/** The content of a secret's file, made by the first start. The line's end is not part of the secret. */
export function readOrMakeSecret(file: string, make: () => string): string {
  try {
    return readFileSync(file, "utf8").trimEnd();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const secret = make().trimEnd();
    writeSecretFile(file, `${secret}\n`);
    return secret;
  }
}
