import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { Head } from "../append/head.ts";

const SignedHeadFile = z.strictObject({ origin: z.string(), size: z.int().min(0), root: z.base64() });

/** The database contradicts what this log has signed: it was put back to an older state, or it is another log. */
export class HeadContradictedError extends Error {
  override readonly name = "HeadContradictedError";
}

type Signed = z.infer<typeof SignedHeadFile>;

/** What was signed last, by its file; null where there is none. Rejects for a file that cannot be read as that. */
export async function readSignedHead(file: string): Promise<Signed | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  return SignedHeadFile.parse(JSON.parse(text));
}

/**
 * What was signed last, in a file of its own. A log that signs a smaller tree, or another root for the same size,
 * forks before the eyes of everyone who kept the older checkpoint; so such a head is refused.
 */
export class SignedHead {
  readonly #file: string;
  readonly #origin: string;

  constructor(file: string, origin: string) {
    this.#file = file;
    this.#origin = origin;
  }

  /** Throws HeadContradictedError when this head must not be signed. */
  async admit(head: Head): Promise<void> {
    const signed = await readSignedHead(this.#file);
    if (signed === null) return;
    if (signed.origin !== this.#origin) {
      throw new HeadContradictedError(`${this.#file} is of the log ${signed.origin}, not of ${this.#origin}.`);
    }
    if (head.size < signed.size) {
      throw new HeadContradictedError(
        `The log has ${head.size} leaves, but ${signed.size} were signed: it was put back. ` +
          "Bring it back from a copy of the log with `npm run -s signalbox -- recover DIR`.",
      );
    }
    if (head.size === signed.size && head.root.toString("base64") !== signed.root) {
      throw new HeadContradictedError(
        `Another root was signed for the log's size of ${head.size}: \`npm run -s signalbox -- fsck\` says what is wrong.`,
      );
    }
  }

  /** Admits the head and remembers it durably; only then may it be signed. */
  async record(head: Head): Promise<void> {
    await this.admit(head);
    const text = JSON.stringify({ origin: this.#origin, size: head.size, root: head.root.toString("base64") });
    await mkdir(dirname(this.#file), { recursive: true });
    // Two instances may share the file.
    const temporary = `${this.#file}.${process.pid}.new`;
    await using file = await open(temporary, "w", 0o600);
    await file.writeFile(`${text}\n`);
    await file.sync();
    await rename(temporary, this.#file);
  }
}
