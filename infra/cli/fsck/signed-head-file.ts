import { readFileSync } from "node:fs";
import { z } from "zod";
import { failure } from "../failure.ts";
import type { SignedHead } from "./check-register.ts";

/** What is read of the file in which a ledger remembers what it signed last. */
const SignedHeadFile = z.looseObject({ origin: z.string(), size: z.int().min(0), root: z.base64() });

/** What was signed last, or why the register cannot be held against it. */
export type RememberedHead =
  | { readonly kind: "read"; readonly head: SignedHead }
  | { readonly kind: "none"; readonly reason: string };

/**
 * Reads what was signed last of the log with this origin. Throws `stage-unavailable` for a file that cannot be read as
 * that.
 */
export function readSignedHead(file: string, origin: string | null): RememberedHead {
  const text = textOf(file);
  if (text === null) return { kind: "none", reason: `${file} is not there` };
  const parsed = SignedHeadFile.safeParse(parseJson(text));
  if (!parsed.success) throw unreadable(file, "it does not say what was signed last");
  const { origin: of, size, root } = parsed.data;
  if (of !== origin) return { kind: "none", reason: `${file} is of the log ${of}` };
  return { kind: "read", head: { size, root } };
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw unreadable(file, (error as Error).message);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreadable(file: string, why: string): Error {
  return failure(
    "stage-unavailable",
    `${file} cannot be read: ${why}.`,
    "The ledger does not append while it is so: bring it back from a backup.",
  );
}
