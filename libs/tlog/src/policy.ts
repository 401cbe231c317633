import { parseCheckpoint, type Checkpoint } from "./checkpoint-body.ts";
import type { NoteVerifier } from "./note-key.ts";
import { verifyNote, type NoteSignedBy } from "./signed-note.ts";

/** A log or witness that a policy names, and where it is reached, when the policy says so. */
export type PolicyKey = { readonly vkey: string; readonly verifier: NoteVerifier; readonly url: string | null };

/** How many of some witnesses and groups must have cosigned; the names are the policy's own. */
export type PolicyGroup = { readonly threshold: number; readonly members: readonly string[] };

/**
 * C2SP tlog-policy: whose checkpoints are accepted, and which cosignatures they must bear. Read it with `parsePolicy`.
 */
export type Policy = {
  readonly logs: readonly PolicyKey[];
  readonly witnesses: ReadonlyMap<string, PolicyKey>;
  readonly groups: ReadonlyMap<string, PolicyGroup>;
  /** A witness or a group; null when no cosignature is required. */
  readonly quorum: string | null;
};

/** Why a checkpoint is not accepted. */
export type PolicyRefusal = "malformed" | "bad-signature" | "no-known-signature" | "other-origin" | "no-quorum";

export type PolicyVerdict =
  | {
      readonly ok: true;
      readonly checkpoint: Checkpoint;
      /** The vkey's name of the log that signed. */
      readonly log: string;
      /** The keys of it that signed: more than one while one takes another's place. */
      readonly logKeys: readonly NoteVerifier[];
      /** The policy's names of the witnesses that cosigned, with their times in POSIX seconds. */
      readonly witnesses: readonly { readonly name: string; readonly timestampSeconds: number }[];
    }
  | { readonly ok: false; readonly reason: PolicyRefusal };

/**
 * Checks a signed checkpoint: one of the policy's logs signed it under its own origin, and enough witnesses cosigned.
 * A policy without a log accepts none.
 */
export function checkPolicy(note: string, policy: Policy): PolicyVerdict {
  const verifiers = [...policy.logs, ...policy.witnesses.values()].map(({ verifier }) => verifier);
  const verified = verifyNote(note, verifiers);
  if (!verified.ok) return verified;
  const parsed = parseCheckpoint(verified.text);
  if (!parsed.ok) return parsed;
  const logs = policy.logs.filter(({ verifier }) => verified.signedBy.some((by) => by.verifier === verifier));
  if (logs.length === 0) return { ok: false, reason: "no-known-signature" };
  const { origin } = parsed.checkpoint;
  if (!logs.some(({ verifier }) => verifier.name === origin)) return { ok: false, reason: "other-origin" };
  const witnesses = cosignedBy(policy, verified.signedBy);
  const names = new Set(witnesses.map(({ name }) => name));
  if (policy.quorum !== null && !hasWitnessed(policy, policy.quorum, names)) return { ok: false, reason: "no-quorum" };
  const logKeys = logs.map(({ verifier }) => verifier).filter(({ name }) => name === origin);
  return { ok: true, checkpoint: parsed.checkpoint, log: origin, logKeys, witnesses };
}

/** Whether these witnesses, by the policy's names, are its quorum. */
export function isQuorum(policy: Policy, witnesses: ReadonlySet<string>): boolean {
  return policy.quorum === null || hasWitnessed(policy, policy.quorum, witnesses);
}

function cosignedBy(
  policy: Policy,
  signedBy: readonly NoteSignedBy[],
): { readonly name: string; readonly timestampSeconds: number }[] {
  return [...policy.witnesses].flatMap(([name, { verifier }]) => {
    const timestampSeconds = signedBy.find((by) => by.verifier === verifier)?.timestampSeconds ?? null;
    return timestampSeconds === null ? [] : [{ name, timestampSeconds }];
  });
}

/** Groups name only what was defined before them, so this ends. */
function hasWitnessed(policy: Policy, name: string, witnesses: ReadonlySet<string>): boolean {
  const group = policy.groups.get(name);
  if (group === undefined) return witnesses.has(name);
  return group.members.filter((member) => hasWitnessed(policy, member, witnesses)).length >= group.threshold;
}
