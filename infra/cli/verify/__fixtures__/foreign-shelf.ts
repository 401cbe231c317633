import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { recordedTerminal } from "../../recorded-terminal.ts";
import { runCli } from "../../run-cli.ts";
import { ED25519, vkeyOf, type NoteKey } from "./foreign-log.ts";

/** The other application's log. */
export const ORIGIN = "other.example/log";
export const LOG = noteKey(ORIGIN, ED25519);
export const VKEY = vkeyOf(LOG);

/** Entries as another application writes them: of any bytes, some empty, some as long as the format allows. */
export const ENTRIES = Array.from({ length: 600 }, (_, n) => {
  if (n % 100 === 7) return Buffer.alloc(0);
  return n % 100 === 8 ? Buffer.alloc(65_535, n) : Buffer.from(`entry ${n} of another application`);
});

export function noteKey(name: string, type: number): NoteKey {
  return { name, type, ...generateKeyPairSync("ed25519") };
}

export type Files = ReadonlyMap<string, Buffer>;

export type Verdict = { code: number; kind?: string; index?: number | null; reason?: string; size?: number };

/** A folder for what is verified, and the command that verifies it. */
export class Shelf implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), "signalbox-foreign-"));
  #logs = 0;

  /** Writes a file and returns its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.#dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Writes a log's files into a folder of their own. */
  folder(files: Files): string {
    this.#logs += 1;
    const name = `log-${this.#logs}`;
    for (const [path, bytes] of files) this.file(join(name, path), bytes);
    const folder = join(this.#dir, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** `signalbox verify`, under the log's own key unless the arguments name a policy. */
  async verify(source: string, ...args: readonly string[]): Promise<Verdict> {
    const terminal = recordedTerminal();
    const trust = args.includes("--policy") ? [] : ["--vkey", VKEY];
    const code = await runCli(["verify", source, ...trust, ...args, "--json"], terminal);
    return { code, ...(JSON.parse(terminal.stdout[0] ?? "{}") as object) };
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true });
  }
}

/** A file with one bit changed, and the whole log with it. */
export function changedAt(files: Files, path: string, at: number): [Buffer, Map<string, Buffer>] {
  const bytes = Buffer.from(files.get(path) as Buffer);
  bytes[at] = (bytes[at] as number) ^ 1;
  return [bytes, new Map(files).set(path, bytes)];
}
