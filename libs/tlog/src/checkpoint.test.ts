import { createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { formatCheckpoint, parseCheckpoint } from "./checkpoint-body.ts";
import { openCheckpoint, signCheckpoint } from "./checkpoint.ts";
import { privateKeyFromSeed } from "./ed25519.ts";
import { EMPTY_ROOT } from "./merkle-tree.ts";
import { formatVkey, parseVkey, type NoteVerifier } from "./note-key.ts";
import { parseNote, signNote, verifyNote } from "./signed-note.ts";

const ORIGIN = "register.example/signalbox";
const key = privateKeyFromSeed(Buffer.alloc(32, 7));
const otherKey = privateKeyFromSeed(Buffer.alloc(32, 8));
const verifier = verifierOf(ORIGIN);

function verifierOf(name: string, of = key): NoteVerifier {
  const parsed = parseVkey(formatVkey(name, createPublicKey(of)));
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.verifier;
}

describe("a signed note", () => {
  const note = signNote("one\n\ntwo\n", [
    { name: "a.example", privateKey: key },
    { name: "b.example", privateKey: otherKey },
  ]);

  test("is verified by any of the keys that signed it, and tells which did", () => {
    expect(verifyNote(note, [verifierOf("a.example")])).toMatchObject({
      ok: true,
      text: "one\n\ntwo\n",
      signedBy: [{ verifier: { name: "a.example" } }],
    });
    const other = verifierOf("b.example", otherKey);
    expect(verifyNote(note, [other])).toMatchObject({ ok: true, signedBy: [{ verifier: other }] });
  });

  test("is not verified by another key or under another name", () => {
    const reason = { ok: false, reason: "no-known-signature" };
    expect(verifyNote(note, [verifierOf("a.example", otherKey)])).toEqual(reason);
    expect(verifyNote(note, [verifierOf("aXexample")])).toEqual(reason);
    expect(verifyNote(note, [])).toEqual(reason);
  });

  test("sinks when one known key's signature is wrong, though another's is right", () => {
    const swapped = note.replace("one", "uno");
    expect(verifyNote(swapped, [verifierOf("a.example")])).toEqual({ ok: false, reason: "bad-signature" });
  });

  test.each([
    ["no signature", "text\n\n"],
    ["no blank line", "text\n— a AAAAAAA=\n"],
    ["no newline at the end", note.slice(0, -1)],
    ["a line after the signatures", `${note}more\n`],
    ["a control character", note.replace("one", "o\u0001e")],
    ["a plus sign in a name", note.replace("a.example", "a+example")],
    ["a space in a name", note.replace("a.example", "a\u2003example")],
    ["a hyphen for the dash", note.replaceAll("—", "-")],
    ["base64 with loose bits", "text\n\n— a AAAAAAB=\n"],
    ["a signature too short for a key id", "text\n\n— a AAAAAA==\n"],
    ["101 signatures", `text\n\n${"— a AAAAAAA=\n".repeat(101)}`],
  ])("with %s is malformed", (_, text) => {
    expect(parseNote(text)).toEqual({ ok: false, reason: "malformed" });
  });

  test("is only made of a text that can be one", () => {
    for (const text of ["no newline", "tab\t\n", "\ud800\n"]) expect(() => signNote(text, [])).toThrow(TypeError);
  });
});

describe("a verifier key", () => {
  test("carries its own id, which is checked", () => {
    const vkey = formatVkey(ORIGIN, createPublicKey(key));
    expect(parseVkey(vkey)).toMatchObject({ ok: true, verifier: { name: ORIGIN } });
    expect(parseVkey(vkey.replace(/\+[0-9a-f]{8}\+/, "+00000000+"))).toEqual({ ok: false, reason: "wrong-key-id" });
    expect(parseVkey(vkey.replace("register", "Register"))).toEqual({ ok: false, reason: "wrong-key-id" });
  });

  test("of another type or form is refused", () => {
    expect(parseVkey(`a+00000000+${Buffer.alloc(33, 5).toString("base64")}`)).toMatchObject({
      reason: "unsupported-key-type",
    });
    expect(parseVkey(`a+00000000+${Buffer.alloc(9, 1).toString("base64")}`)).toMatchObject({ reason: "malformed" });
    expect(parseVkey("a+b")).toMatchObject({ reason: "malformed" });
    expect(() => formatVkey("with space", createPublicKey(key))).toThrow(TypeError);
  });
});

describe("a checkpoint", () => {
  const checkpoint = { origin: ORIGIN, size: 0, root: EMPTY_ROOT };
  const note = signCheckpoint(checkpoint, [{ name: ORIGIN, privateKey: key }]);

  test("is origin, size and root, a line each", () => {
    expect(formatCheckpoint(checkpoint)).toBe(`${ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`);
  });

  test("opens under its log's key", () => {
    const opened = openCheckpoint(note, ORIGIN, [verifier]);
    expect(opened).toMatchObject({ ok: true, checkpoint: { origin: ORIGIN, size: 0 } });
    expect(opened.ok && Buffer.from(opened.checkpoint.root)).toEqual(EMPTY_ROOT);
  });

  test("of another log is refused, though the key is trusted", () => {
    expect(openCheckpoint(note, "other.example", [verifier])).toEqual({ ok: false, reason: "other-origin" });
    const plain = signNote("not a checkpoint\n", [{ name: ORIGIN, privateKey: key }]);
    expect(openCheckpoint(plain, ORIGIN, [verifier])).toEqual({ ok: false, reason: "malformed" });
  });

  test.each([
    ["a leading zero", "log\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"],
    ["a size beyond 2^53 - 1", "log\n9007199254740992\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"],
    ["a root of 7 bytes", "log\n1\nYmFuYW5hcw==\n"],
    ["an empty extension line", "log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nx\n"],
    ["no newline at the end", "log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    ["a line missing", "log\n1\n"],
  ])("with %s is malformed", (_, body) => {
    expect(parseCheckpoint(body)).toEqual({ ok: false, reason: "malformed" });
  });

  test("is never made of what is not one", () => {
    for (const wrong of [{ origin: "a b" }, { size: -1 }, { size: 0.5 }, { root: Buffer.alloc(31) }]) {
      expect(() => formatCheckpoint({ ...checkpoint, ...wrong })).toThrow(TypeError);
    }
  });
});
