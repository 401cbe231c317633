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
  expect(parsed).toMatchObject({ ok: true, policy: { logs: [{ verifier: { name: "журнал.example" } }], quorum: "è" } });
  expect(parsed.ok && [...parsed.policy.witnesses.keys()]).toEqual(["é"]);
});
