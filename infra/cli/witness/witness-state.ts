import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WitnessedTree } from "@signalbox/tlog";
import { z } from "zod";
import { commandLine } from "../../process/stale-process.ts";
import { failure } from "../failure.ts";

const TreeFile = z.strictObject({ origin: z.string(), size: z.int().min(0), root: z.base64() });

/** Who runs over the folder; the command line tells a living process from another that has its number by now. */
const Claim = z.looseObject({ pid: z.int(), command: z.string() });

/**
 * What this witness has cosigned, a file for each log. A file that cannot be read is an error and never a first start:
 * a witness that forgets would cosign a fork.
 */
export class WitnessState implements Disposable {
  readonly #folder: string;
  readonly #claim: string;

  private constructor(folder: string, claim: string) {
    this.#folder = folder;
    this.#claim = claim;
  }

  /** Makes this process the only one over the folder. Throws when another one runs there. */
  static async open(folder: string): Promise<WitnessState> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const claim = join(folder, "witness.pid");
    const owner = readClaim(claim);
    if (
      owner !== null &&
      owner.pid !== process.pid &&
      owner.command !== "" &&
      commandLine(owner.pid) === owner.command
    ) {
      throw failure(
        "invalid-request",
        `Another witness runs over ${folder} (process ${owner.pid}).`,
        "Stop it, or give this one a state folder and a key of its own.",
      );
    }
    writeFileSync(claim, JSON.stringify({ pid: process.pid, command: commandLine(process.pid) }));
    return new WitnessState(folder, claim);
  }

  /** The largest tree of a log that was cosigned; null when there is none yet. */
  async read(origin: string): Promise<WitnessedTree> {
    let text: string;
    try {
      text = await readFile(this.#file(origin), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    const tree = TreeFile.parse(JSON.parse(text));
    if (tree.origin !== origin) throw new Error(`${this.#file(origin)} is of another log`);
    return { size: tree.size, root: Buffer.from(tree.root, "base64") };
  }

  /** Returns once the tree is on the disk: only then may it be cosigned. */
  async write(origin: string, { size, root }: NonNullable<WitnessedTree>): Promise<void> {
    const fresh = `${this.#file(origin)}.new`;
    const text = `${JSON.stringify({ origin, size, root: Buffer.from(root).toString("base64") })}\n`;
    await using file = await open(fresh, "w", 0o600);
    await file.writeFile(text);
    await file.sync();
    await rename(fresh, this.#file(origin));
    // The name is on the disk when the folder is.
    await using folder = await open(this.#folder, "r");
    await folder.sync();
  }

  #file(origin: string): string {
    return join(this.#folder, `${createHash("sha256").update(origin).digest("hex")}.json`);
  }

  [Symbol.dispose](): void {
    rmSync(this.#claim, { force: true });
  }
}

function readClaim(file: string): z.infer<typeof Claim> | null {
  try {
    return Claim.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
