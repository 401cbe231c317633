import { createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { formatCheckpoint } from "./checkpoint-body.ts";
import { signCheckpoint } from "./checkpoint.ts";
import { cosign, cosignedAt } from "./cosignature.ts";
import { privateKeyFromSeed } from "./ed25519.ts";
import { leafHash } from "./merkle-tree.ts";
import { formatVkey, parseVkey } from "./note-key.ts";
import { parsePolicy } from "./parse-policy.ts";
import { checkPolicy, isQuorum, type Policy } from "./policy.ts";
import { appendSignatures, verifyNote } from "./signed-note.ts";

const ORIGIN = "register.example/signalbox";
const logKey = privateKeyFromSeed(Buffer.alloc(32, 1));
const checkpoint = { origin: ORIGIN, size: 1, root: leafHash(Buffer.from("a")) };
const note = signCheckpoint(checkpoint, [{ name: ORIGIN, privateKey: logKey }]);
const LOG = `log ${formatVkey(ORIGIN, createPublicKey(logKey))}`;

function witness(n: number): { name: string; line: string; cosignature: string } {
  const privateKey = privateKeyFromSeed(Buffer.alloc(32, 100 + n));
  const name = `w${n}.example`;
  const vkey = formatVkey(name, createPublicKey(privateKey), "cosignature");
  const cosignature = cosign(formatCheckpoint(checkpoint), { name, privateKey }, 1_700_000_000 + n);
  return { name, line: `witness W${n} ${vkey}`, cosignature };
}

const WITNESSES = [1, 2, 3, 4, 5].map(witness);

function policyOf(...lines: readonly string[]): Policy {
  const parsed = parsePolicy(`${[LOG, ...WITNESSES.map(({ line }) => line), ...lines].join("\n")}\n`);
  if (!parsed.ok) throw new Error(`${parsed.line}: ${parsed.reason}`);
  return parsed.policy;
}

function cosignedBy(...numbers: readonly number[]): string {
  return appendSignatures(
    note,
    numbers.map((n) => WITNESSES[n - 1]?.cosignature ?? ""),
  );
}

/** A checkpoint of a public log as three public witnesses cosigned it, with all four keys as they publish them. */
const PUBLIC = {
  note: `log2025-alpha3.rekor.sigstage.dev
4026479
5iaX4xK6PMnp4ZFTP4iywMcwLgaTjzgRTkrTOUFIrfY=

— log2025-alpha3.rekor.sigstage.dev 09OnDHwVrKeXjBYQ4NJ5EoENdtpBwZcV3X8n+cAZFIk+8LBPKEpZcKqoN2CfjGw0zlQwt+U2pLt5UyYEFv+STPHPmQg=
— witness.stagemole.eu Z/euoAAAAABqBM+21mV7JbHwWmLP20ZSpNWneHMkITOPopt+Vj1MoJSILqOIPpx93pbRfA0U+Eq5IiJjEUhG1JwGhPCJEUT5yDcFDg==
— staging.witness.transparency.goog/ring-any-bells LhqNyQAAAABqBM+2Ob9EtpF9h6IUMXc/LTRkkXiNAgbbohBxHekby1oASdDtPLkgZLmBHH73DF25f2L8xGgp/qVwoZK5thKXc6XnCw==
— witness.navigli.sunlight.geomys.org o+AP4gAAAABqBM+2NoYlK4g3lkC5QltDB6f2F9U8yF6+8kXKjLKHAYvSDJ3u5dZufSU3bz+AtJMdOoMixoFJBkQ397WY/mE0i9tlCg==
`,
  policy: `
# Three operators, of whom two must have seen the tree.
log log2025-alpha3.rekor.sigstage.dev+d3d3a70c+AZQ93VXPMmj9uZj7U/7CefQ9yy8RgYFv6mKzOseipjqp https://log2025-alpha3.rekor.sigstage.dev
witness mullvad witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv
witness google staging.witness.transparency.goog/ring-any-bells+2e1a8dc9+BG5JTpLc3FJtwzgh1Uv+Qelz9qeOH2bfWjS1s0s+y4rL
witness geomys witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G
group public 2 mullvad google geomys
quorum public
`,
};

describe("a policy", () => {
  test("accepts a public log's checkpoint with the cosignatures of public witnesses, and not one bit of it changed", () => {
    const parsed = parsePolicy(PUBLIC.policy);
    if (!parsed.ok) throw new Error(`${parsed.line}: ${parsed.reason}`);
    const at = { timestampSeconds: 1_778_700_214 };
    expect(checkPolicy(PUBLIC.note, parsed.policy)).toMatchObject({
      ok: true,
      checkpoint: { size: 4_026_479 },
      witnesses: [
        { name: "mullvad", ...at },
        { name: "google", ...at },
        { name: "geomys", ...at },
      ],
    });
    const changed = PUBLIC.note.replace("4026479", "4026478");
    expect(checkPolicy(changed, parsed.policy)).toEqual({ ok: false, reason: "bad-signature" });
  });

  test("without a quorum accepts what its log signed, and no other log's", () => {
    expect(checkPolicy(note, policyOf("quorum none"))).toMatchObject({ ok: true, log: ORIGIN, witnesses: [] });
    const other = parsePolicy(
      `log ${formatVkey(ORIGIN, createPublicKey(privateKeyFromSeed(Buffer.alloc(32, 2))))}\nquorum none\n`,
    );
    expect(other.ok && checkPolicy(note, other.policy)).toEqual({ ok: false, reason: "no-known-signature" });
    const none = parsePolicy("quorum none\n");
    expect(none.ok && checkPolicy(note, none.policy)).toEqual({ ok: false, reason: "no-known-signature" });
  });

  test("does not accept a log's key for another origin, nor witnesses without the log", () => {
    const stolen = signCheckpoint({ ...checkpoint, origin: "other.example" }, [{ name: ORIGIN, privateKey: logKey }]);
    expect(checkPolicy(stolen, policyOf("quorum none"))).toEqual({ ok: false, reason: "other-origin" });
    const alone = `${formatCheckpoint(checkpoint)}\n${WITNESSES[0]?.cosignature}`;
    expect(checkPolicy(alone, policyOf("quorum W1"))).toEqual({ ok: false, reason: "no-known-signature" });
  });

  test.each([
    ["quorum W1", [1], true],
    ["quorum W1", [2, 3, 4, 5], false],
    ["group g any W1 W2\nquorum g", [2], true],
    ["group g all W1 W2\nquorum g", [2], false],
    ["group g 2 W1 W2 W3\nquorum g", [1, 3], true],
    ["group g 2 W1 W2 W3\nquorum g", [3, 4, 5], false],
    ["group x 2 W1 W2 W3\ngroup y any W4 W5\ngroup both all x y\nquorum both", [1, 2, 5], true],
    ["group x 2 W1 W2 W3\ngroup y any W4 W5\ngroup both all x y\nquorum both", [1, 2, 3], false],
  ])("with %j and the cosignatures of %j holds: %s", (lines, numbers, holds) => {
    const verdict = checkPolicy(cosignedBy(...numbers), policyOf(lines));
    expect(verdict.ok ? true : verdict.reason).toBe(holds ? true : "no-quorum");
    expect(isQuorum(policyOf(lines), new Set(numbers.map((n) => `W${n}`)))).toBe(holds);
  });

  test("counts a witness once, whatever lines it sends, and sinks with a cosignature of another tree", () => {
    const policy = policyOf("group g 2 W1 W2\nquorum g");
    const twice = cosignedBy(1) + (WITNESSES[0]?.cosignature ?? "");
    expect(checkPolicy(twice, policy)).toEqual({ ok: false, reason: "no-quorum" });
    const body = formatCheckpoint({ ...checkpoint, size: 2 });
    const wrong = cosign(body, { name: "w2.example", privateKey: privateKeyFromSeed(Buffer.alloc(32, 102)) }, 5);
    expect(checkPolicy(appendSignatures(cosignedBy(1), [wrong]), policy)).toEqual({
      ok: false,
      reason: "bad-signature",
    });
  });

  test("is read with tabs, comments and empty lines", () => {
    expect(parsePolicy(`  # no keys\n\n\tquorum \t none \n`)).toMatchObject({ ok: true, policy: { quorum: null } });
  });

  test.each([
    ["", "no quorum"],
    ["quorum none\nquorum none", "already"],
    ["quorum W1\n@W1", "not defined"],
    ["group g any W1\nquorum g", "not defined"],
    ["@W1\n@W1\nquorum none", "taken"],
    ["@W1\nwitness W9 @V1\nquorum none", "same key"],
    ["@LOG\n@LOG\nquorum none", "same key"],
    ["@W1\ngroup g 2 W1\nquorum g", "threshold"],
    ["@W1\ngroup g 0 W1\nquorum g", "threshold"],
    ["@W1\ngroup g any\nquorum g", "group line"],
    ["@W1\ngroup g any W1\ngroup h any W1\nquorum h", "member already"],
    ["@W1\ngroup g any W1 W1\nquorum g", "member already"],
    ["@W1\ngroup g any none\nquorum g", "not defined"],
    ["@W1\ngroup none any W1\nquorum none", "taken"],
    ["witness L @LV\nquorum none", "not a witness's"],
    ["log @V1\nquorum none", "not a log's"],
    ["log nonsense\nquorum none", "malformed"],
    ["log", "log line"],
    ["witness W1", "witness line"],
    ["quorum", "quorum line"],
    ["Quorum none", "begins with"],
    ["quorum\u00a0none", "begins with"],
    ["quorum none\r", "control"],
  ])("%j is refused: %s", (text, reason) => {
    const [first] = WITNESSES;
    const vkey = first?.line.split(" ")[2] ?? "";
    const filled = text
      .replaceAll("@W1", first?.line ?? "")
      .replaceAll("@V1", vkey)
      .replaceAll("@LV", LOG.slice(4))
      .replaceAll("@LOG", LOG);
    expect(parsePolicy(filled)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe("a cosignature", () => {
  const privateKey = privateKeyFromSeed(Buffer.alloc(32, 9));
  const body = formatCheckpoint(checkpoint);

  test("covers the time and the whole body", () => {
    const line = cosign(body, { name: "w.example", privateKey }, 1_679_315_147);
    const signature = Buffer.from(line.trimEnd().split(" ")[2] ?? "", "base64").subarray(4);
    const publicKey = createPublicKey(privateKey);
    expect(cosignedAt(body, signature, publicKey)).toBe(1_679_315_147);
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const flipped = Buffer.from(signature);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(cosignedAt(body, flipped, publicKey)).toBeNull();
    }
    expect(cosignedAt(`${body}extension\n`, signature, publicKey)).toBeNull();
    expect(cosignedAt(body, signature.subarray(1), publicKey)).toBeNull();
  });

  // Made by another implementation, over the standard's example and with a key whose seed is 32 times the byte 3.
  test.each([
    [
      "in nanoseconds",
      "f7x6QBjqctve5BEVoqBLl5oIFcJgqdlINP1wOskzDfH0sa/0tk2J1O1+MCMpmWkslbJoUiHisoaxhsJ0VvMo0l6q8epUqXXci7H2CA==",
      true,
    ],
    [
      "2^63 - 1",
      "f7x6QH//////////WpDdCafzoCWP6zoDGDXVhWYiFS8y67BjB7ehkf3egI93Eo0KnMAc/hu2TvBmcD9uZXAqsiuTEGGvWv74bPRpDw==",
      true,
    ],
    [
      "2^63",
      "f7x6QIAAAAAAAAAATYhv3CGpnaWsrBkn2G8TJyEf6mB985pKmtqPA2il5rPdez3Mhj24N04Y7CrX4ChcdZwEnB1fC+yoJvFeuCe2Cg==",
      false,
    ],
  ])("holds at any time that the standard allows: %s", (_, bytes, holds) => {
    const example = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    const key = parseVkey("w.example+7fbc7a40+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR");
    const verified = verifyNote(`${example}\n— w.example ${bytes}\n`, key.ok ? [key.verifier] : []);
    expect(verified).toMatchObject(
      holds ? { ok: true, signedBy: [{ verifier: { name: "w.example" } }] } : { ok: false, reason: "bad-signature" },
    );
  });

  test("is not made under an impossible name or at an impossible time", () => {
    expect(() => cosign(body, { name: "w w", privateKey }, 1)).toThrow(TypeError);
    for (const time of [-1, 0.5, Number.NaN]) {
      expect(() => cosign(body, { name: "w", privateKey }, time)).toThrow(TypeError);
    }
  });

  test("is added to a note once", () => {
    const once = cosignedBy(1);
    expect(appendSignatures(once, [WITNESSES[0]?.cosignature ?? ""])).toBe(once);
    expect(() => appendSignatures(note, ["no line\n"])).toThrow(TypeError);
  });
});
