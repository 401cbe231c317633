import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EVERYTHING } from "../__fixtures__/guards.ts";
import type { Finding } from "../finding.ts";
import { scan } from "../guard.ts";
import { redactJson } from "../json/redact-json.ts";
import { scanJson } from "../json/scan-json.ts";
import { maskText } from "./mask-text.ts";
import { PLACEHOLDER_MAX_CHARS, PlaceholderMint, replaceFindings, type Redaction } from "./redaction.ts";
import { restore } from "./restore.ts";
import { RestoreStream } from "./restore-stream.ts";

function redactText(text: string, findings: readonly Finding[]): { text: string; redaction: Redaction } {
  const mint = new PlaceholderMint([text]);
  const redacted = replaceFindings(text, findings, (type, original) => mint.placeholderFor(type, original));
  return { text: redacted, redaction: mint.redaction };
}

/** Texts that are full of what a redaction could trip over. */
const TEXT = fc
  .array(
    fc.constantFrom(
      "[EMAIL_1]",
      "[",
      "]",
      "[EMAIL_",
      "EMAIL_2]",
      "_1]",
      "a@b.io",
      "c@d.io",
      '"',
      "\\",
      "\n",
      "é",
      "[CARD_1]",
    ),
  )
  .map((parts) => parts.join(""));
const PLACES = fc.array(fc.tuple(fc.nat(80), fc.nat(12)), { maxLength: 8 });

test("the same text gets the same placeholder, and one that stands in the request already is given to nothing", () => {
  const text = "a@b.io [EMAIL_1] c@d.io a@b.io";
  const { text: redacted, redaction } = redactText(text, scan(text, EVERYTHING));
  expect(redacted).toBe("[EMAIL_2] [EMAIL_1] [EMAIL_3] [EMAIL_2]");
  expect(restore("Mail [EMAIL_3], not [EMAIL_1] or [EMAIL_9].", redaction)).toBe(
    "Mail c@d.io, not [EMAIL_1] or [EMAIL_9].",
  );
});

test("redacting and restoring gives the very same text, whatever it holds and wherever findings lie", () => {
  fc.assert(
    fc.property(TEXT, PLACES, (text, places) => {
      const findings = places.map(([start, length]): Finding => {
        const from = Math.min(start, text.length);
        return { type: "pii.email", start: from, end: Math.min(from + length + 1, text.length) };
      });
      const { text: redacted, redaction } = redactText(
        text,
        findings.filter(({ start, end }) => end > start),
      );
      expect(restore(redacted, redaction)).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test("a stream is restored to the same text however it is cut, and holds back less than a placeholder", () => {
  fc.assert(
    fc.property(TEXT, fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }), (text, cuts) => {
      const { text: redacted, redaction } = redactText(text, scan(text, EVERYTHING));
      const stream = new RestoreStream(redaction);
      let restored = "";
      let read = 0;
      for (let at = 0; read < redacted.length; at += 1) {
        const piece = redacted.slice(read, read + cuts[at % cuts.length]! + 1);
        read += piece.length;
        restored += stream.push(piece);
        expect(restore(redacted.slice(0, read), redaction).length - restored.length).toBeLessThan(
          PLACEHOLDER_MAX_CHARS,
        );
      }
      expect(restored + stream.end()).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test("what goes into a JSON string is escaped as one", () => {
  const original = 'a"b\\c\nd@e.io';
  const { text, redaction } = redactText(original, [{ type: "secret.password", start: 0, end: original.length }]);
  expect(JSON.parse(`{"to":"${restore(text, redaction, "json")}"}`)).toEqual({ to: original });
  const stream = new RestoreStream(redaction, "json");
  expect(JSON.parse(`"${stream.push("[SECR")}${stream.push("ET_1]")}${stream.end()}"`)).toBe(original);
});

test("a request is redacted in all of its strings and in no other byte", () => {
  const json = `{ "seed":12345678901234567890, "user" : "jane@x.io","messages":[{"role":"user","content":"\\u006aane@x.io \\"hi\\" \\n4111111111111111"},
    {"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,amFuZUB4LmlvIGphbmVAeC5pbw=="}}]}],"metadata":{"joe@x.io":"-"} }`;
  const findings = scanJson(json, EVERYTHING);
  const { json: redacted, redaction } = redactJson(json, findings);
  expect(redacted)
    .toBe(`{ "seed":12345678901234567890, "user" : "[EMAIL_1]","messages":[{"role":"user","content":"[EMAIL_1] \\"hi\\" \\n[CARD_1]"},
    {"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,amFuZUB4LmlvIGphbmVAeC5pbw=="}}]}],"metadata":{"[EMAIL_2]":"-"} }`);
  expect(JSON.parse(restore(redacted, redaction, "json"))).toEqual(JSON.parse(json));
});

test("any request is the same after it was redacted and restored, and its findings lie where they say", () => {
  const request = fc
    .jsonValue()
    .chain((value) => TEXT.map((text) => ({ value, [text]: [text, { text: `${text} x@y.io` }] })));
  fc.assert(
    fc.property(request, (value) => {
      const json = JSON.stringify(value);
      const findings = scanJson(json, EVERYTHING);
      const { json: redacted, redaction } = redactJson(json, findings);
      expect(redacted).not.toContain("x@y.io");
      expect(JSON.parse(restore(redacted, redaction, "json"))).toEqual(JSON.parse(json));
    }),
    { numRuns: 300 },
  );
});

test("what is masked is gone for good, and looks like nothing that would be put back", () => {
  const text = "To a@b.io, or 203.0.113.9.";
  const masked = maskText(text, scan(text, EVERYTHING));
  expect(masked).toBe("To [EMAIL], or [IP].");
  const originals = new Map([["[EMAIL_1]", "x@y.io"]]);
  expect(restore(masked, { originals })).toBe(masked);
});

test("what stands in its place for good is not put back", () => {
  const findings = [
    { type: "presidio.person", start: 0, end: 4, field: 1, replacement: "<PERSON>" },
    { type: "presidio.location", start: 8, end: 13, field: 1 },
  ] as const;
  const { json, redaction } = redactJson('{"text":"Jane in Paris"}', findings);
  expect(json).toBe('{"text":"<PERSON> in [PRESIDIO_1]"}');
  expect([...redaction.originals]).toEqual([["[PRESIDIO_1]", "Paris"]]);
});
