import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { sha256Digest } from "./digest.ts";
import { producerKeyId, rawPublicKey } from "./ed25519.ts";
import { openLogKeyRotation, signLogKeyRotation, statementFits } from "./log-key-rotation.ts";
import { formatVkey } from "./note-key.ts";
import { parseNote, signNote } from "./signed-note.ts";

const ORIGIN = "log.example/register";
const [from, to, other] = [newKey(), newKey(), newKey()];

function newKey(): ReturnType<typeof generateKeyPairSync>["privateKey"] {
  return generateKeyPairSync("ed25519").privateKey;
}

test("a rotation is read back with both of its keys", () => {
  const rotation = openLogKeyRotation(signLogKeyRotation(ORIGIN, { from, to }));
  expect(rotation?.origin).toBe(ORIGIN);
  expect(formatVkey(ORIGIN, rotation!.from.publicKey)).toBe(formatVkey(ORIGIN, from));
  expect(formatVkey(ORIGIN, rotation!.to.publicKey)).toBe(formatVkey(ORIGIN, to));
});

test("a rotation that only one of its keys signed, or another key, is none", () => {
  const statement = signLogKeyRotation(ORIGIN, { from, to });
  const note = parseNote(statement);
  if (!note.ok) throw new Error("not a note");
  for (const signers of [[from], [to], [from, other], [to, other]]) {
    const signed = signNote(
      note.text,
      signers.map((privateKey) => ({ name: ORIGIN, privateKey })),
    );
    expect(openLogKeyRotation(signed)).toBeNull();
  }
});

test("a rotation is of one log: a changed origin, title or key opens nothing", () => {
  const statement = signLogKeyRotation(ORIGIN, { from, to });
  const changed = [
    statement.replace(`\n${ORIGIN}\n`, "\nlog.example/other\n"),
    statement.replace("rotation v1", "rotation v2"),
    statement.replace(formatVkey(ORIGIN, to), formatVkey(ORIGIN, other)),
    statement.replace(formatVkey(ORIGIN, to), formatVkey(ORIGIN, from)),
    `${statement.split("\n\n")[0]}\n`,
    "",
  ];
  for (const text of changed) expect(openLogKeyRotation(text)).toBeNull();
});

test("a statement fits the entry that names its log and its new key, and no other", () => {
  const statement = signLogKeyRotation(ORIGIN, { from, to });
  const claim = { name: ORIGIN, keyId: producerKeyId(to), after: sha256Digest(rawPublicKey(to)) };
  expect(statementFits(statement, claim)).toBe(true);
  expect(statementFits(statement, { ...claim, name: "log.example/other" })).toBe(false);
  expect(statementFits(statement, { ...claim, keyId: producerKeyId(other) })).toBe(false);
  expect(statementFits(statement, { ...claim, after: null })).toBe(false);
  expect(statementFits("not a note", claim)).toBe(false);
});
