import type { PolicyActivation } from "@signalbox/proto";

/** Where a rollback leads: to a version, with null to the configuration alone, or nowhere, with what to tell the operator. */
type RollbackTarget =
  | { readonly kind: "found"; readonly version: string | null }
  | { readonly kind: "none"; readonly code: "not-found" | "unprocessable"; readonly message: string };

/**
 * Looks through the history, newest first, for what an operator wants back: what was in force before the present version, or
 * the version that `to` is a digest of, or the beginning of one; the digest of the document that it made will do as well.
 */
export function rollbackTarget(
  history: readonly Pick<PolicyActivation, "version" | "document">[],
  to: string | null,
): RollbackTarget {
  const [current] = history;
  if (current === undefined)
    return none("unprocessable", "No policy was ever applied, so there is none to go back to.");
  if (to === null) {
    const before = history.find(({ version }) => version !== current.version);
    return { kind: "found", version: before?.version ?? null };
  }
  const wanted = to.startsWith("sha256:") ? to : `sha256:${to}`;
  const matching = history.filter(
    ({ version, document }) => version?.startsWith(wanted) === true || document.startsWith(wanted),
  );
  const found = new Set(matching.map(({ version }) => version));
  const [version] = found;
  if (version === undefined) return none("not-found", `The history knows no version ${to}. See \`policy history\`.`);
  return found.size === 1
    ? { kind: "found", version }
    : none("unprocessable", `${to} is the beginning of ${found.size} versions. Write more of it.`);
}

function none(code: "not-found" | "unprocessable", message: string): RollbackTarget {
  return { kind: "none", code, message };
}
