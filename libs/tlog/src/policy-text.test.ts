import { expect, test } from "vitest";
import { parsePolicy } from "./parse-policy.ts";
import { policyText } from "./policy-text.ts";

test("a policy's names and comments may be any bytes, beside a key whose name is UTF-8", () => {
  const file = Buffer.concat([
    Buffer.from("# caf\u00e9\n", "latin1"),
    Buffer.from("log журнал.example+cd515e00+Ae1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR\n"),
    Buffer.from("witness \u00e9 w.example+7fbc7a40+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR\n", "latin1"),
    Buffer.from("group \u00e8 any \u00e9\nquorum \u00e8\n", "latin1"),
  ]);
  const parsed = parsePolicy(policyText(file));
  expect(parsed).toMatchObject({ ok: true, policy: { logs: [{ verifier: { name: "журнал.example" } }] } });
  const { witnesses, quorum } = (parsed as Extract<typeof parsed, { ok: true }>).policy;
  expect([witnesses.size, witnesses.has("\u00e9"), quorum === "\u00e8"]).toEqual([1, false, false]);
});

const W1 = "w.example+7fbc7a40+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR";
const LATIN1 = Buffer.from("\u00e9", "latin1");
const UTF8 = Buffer.from("\u00e9");

function witnessAndQuorum(name: Buffer, quorum: Buffer): Buffer {
  return Buffer.concat([Buffer.from("witness "), name, Buffer.from(` ${W1}\nquorum `), quorum, Buffer.from("\n")]);
}

test("a name is its octets, whatever stands beside it", () => {
  expect(parsePolicy(policyText(witnessAndQuorum(LATIN1, LATIN1)))).toMatchObject({ ok: true });
  expect(parsePolicy(policyText(witnessAndQuorum(UTF8, LATIN1)))).toMatchObject({ ok: false, line: 2 });
  expect(parsePolicy(policyText(witnessAndQuorum(LATIN1, UTF8)))).toMatchObject({ ok: false, line: 2 });
  const grouped = Buffer.concat([
    Buffer.from("witness "),
    UTF8,
    Buffer.from(` ${W1}\ngroup `),
    LATIN1,
    Buffer.from(" all "),
    UTF8,
    Buffer.from("\nquorum "),
    LATIN1,
  ]);
  expect(parsePolicy(policyText(grouped))).toMatchObject({ ok: true });
});

test("a key's name is UTF-8", () => {
  const key = Buffer.concat([Buffer.from("log "), LATIN1, Buffer.from(`${W1}\nquorum none\n`)]);
  expect(parsePolicy(policyText(key))).toMatchObject({ ok: false, line: 1, reason: "the vkey is malformed" });
});
