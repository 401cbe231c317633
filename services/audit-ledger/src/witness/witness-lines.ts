import { parseNote, type NoteVerifier, type Policy } from "@signalbox/tlog";

/**
 * What a witness's lines are kept under: its name in the policy with its key's id, so that another key's line for the
 * same checkpoint stands beside it; and the name alone, as an older register has them.
 */
export function namesOfLines({
  name,
  verifier,
}: {
  readonly name: string;
  readonly verifier: NoteVerifier;
}): [string, string] {
  return [`${name}+${Buffer.from(verifier.keyId).toString("hex")}`, name];
}

/** Whether a signature line says that it is of this key; it was checked when it was kept. */
export function isLineOf(line: string, { name, keyId }: NoteVerifier): boolean {
  const parsed = parseNote(`text\n\n${line}`);
  const signature = parsed.ok ? parsed.signatures[0] : undefined;
  return signature?.name === name && Buffer.compare(signature.keyId, keyId) === 0;
}

/**
 * The lines of the policy's witnesses, by their names in it. Those of keys that it does not name any more are nobody's.
 */
export function linesByWitness(rows: readonly { readonly line: string }[], policy: Policy): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, { verifier }] of policy.witnesses) {
    const row = rows.find(({ line }) => isLineOf(line, verifier));
    if (row !== undefined) found.set(name, row.line);
  }
  return found;
}
