import { readSignedHead } from "@signalbox/audit-ledger/signed-head";
import { failure } from "../failure.ts";
import type { SignedHead } from "./check-register.ts";

/** What was signed last, or why the register cannot be held against it. */
type RememberedHead =
  | { readonly kind: "read"; readonly head: SignedHead }
  | { readonly kind: "none"; readonly reason: string };

/** What was signed last of the log with this origin. Rejects with `stage-unavailable` for a file that cannot be read as that. */
export async function rememberedHead(file: string, origin: string | null): Promise<RememberedHead> {
  const signed = await readSignedHead(file).catch((error: unknown) => {
    throw unreadable(file, error as Error);
  });
  if (signed === null) return { kind: "none", reason: `${file} is not there` };
  const { origin: of, size, root } = signed;
  return of === origin
    ? { kind: "read", head: { size, root } }
    : { kind: "none", reason: `${file} is of the log ${of}` };
}

function unreadable(file: string, error: Error): Error {
  const why = "code" in error ? error.message : "it does not say what was signed last";
  return failure(
    "stage-unavailable",
    `${file} cannot be read: ${why}.`,
    "The ledger does not append while it is so: bring it back from a backup.",
  );
}
