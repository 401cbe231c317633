import type { TranslationLoss } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryRequest } from "../neutral/arbitrary-request.test-kit.ts";
import { arbitraryResponse } from "../neutral/arbitrary.test-kit.ts";
import { LOSSES_MAX } from "../neutral/loss.ts";
import { withoutLosses } from "../neutral/manifest.test-kit.ts";
import { type NeutralPart, refusalOf } from "../neutral/part.ts";
import type { NeutralChoice } from "../neutral/response.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { renderRequest } from "./render-request.ts";
import { renderResponse } from "./render-response.ts";

test("B8 a request comes back as it was, but for what its manifest names", () => {
  fc.assert(
    fc.property(arbitraryRequest, (request) => {
      const { body, losses } = renderRequest(request, { model: "auto", maxOutputTokens: null });
      fc.pre(losses.length < LOSSES_MAX);
      // What is lost whole leaves messages that hold nothing, which this format cannot say.
      const left = withoutLosses(request, losses);
      fc.pre((left["messages"] as { parts: unknown[] }[]).every(({ parts }) => parts.length > 0));
      const back = { ...parseRequest(body), source: null, includeUsage: null };
      expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(left)));
    }),
    { numRuns: 400 },
  );
});

/** An answer in the terms that this format has: one text, one refusal, thoughts and calls, each in their order. */
function inTheseTerms(choice: NeutralChoice, losses: readonly TranslationLoss[]): object {
  const at = (place: string): boolean => losses.some(({ path }) => path === `choices[${choice.index}].${place}`);
  const kept = choice.parts.flatMap((part, index) =>
    at(`parts[${index}]`) ? [] : [{ part, place: `parts[${index}]` }],
  );
  const annotations: object[] = [];
  let text: string | null = null;
  for (const { part, place } of kept) {
    if (part.kind !== "text") continue;
    const offset = text?.length ?? 0;
    text = (text ?? "") + part.text;
    for (const [index, { url, title, citedText, start, end }] of (part.annotations ?? []).entries()) {
      if (at(`${place}.annotations[${index}]`)) continue;
      const range = { start: offset + (start ?? 0), end: offset + (end ?? part.text.length) };
      annotations.push({ url, title: title ?? url, citedText, ...range });
    }
  }
  const thoughts = kept.flatMap(({ part }) => (part.kind === "reasoning" ? [part] : []));
  const isSigned = thoughts.some((part) => part.state !== undefined);
  return {
    finish: choice.finish,
    reasoning: isSigned ? thoughts.map(signed) : thoughts.map((part) => part.text).join(""),
    text,
    annotations,
    images: kept.flatMap(({ part }) => (part.kind === "image" ? [part.source] : [])),
    refusal: refusalOf(choice.parts) ?? choice.stop?.explanation ?? null,
    calls: kept.flatMap(({ part, place }) => {
      if (part.kind !== "tool-call") return [];
      return [{ ...part, state: at(`${place}.state`) ? null : (part.state?.value ?? null) }];
    }),
  };
}

/** The format tells what is encrypted from what is signed; who else redacts, it does not say. */
function signed({ text, id, state }: NeutralPart & { kind: "reasoning" }): object {
  const isSignature = state?.kind === "signature";
  return { text, id, wire: state?.wire, value: state?.value, isSignature };
}

test("B8 an answer comes back as it was, but for what its manifest names", () => {
  fc.assert(
    fc.property(arbitraryResponse, (response) => {
      const note = { decisionId: "d", costPicoUsd: null, endpoint: "a/m" };
      const { body, losses } = renderResponse(response, { usage: response.usage!, note });
      fc.pre(losses.length < LOSSES_MAX);
      const back = parseResponse(body, {
        provider: "a",
        secrets: [],
        defaults: { id: "x", createdAtS: 0, model: "x" },
      });
      const { id, createdAtS, model, usage } = back;
      expect({ id, createdAtS, model, usage }).toEqual({
        id: response.id,
        createdAtS: response.createdAtS,
        model: response.model,
        usage: response.usage,
      });
      expect(back.choices.map((choice) => inTheseTerms(choice, []))).toEqual(
        response.choices.map((choice) => inTheseTerms(choice, losses)),
      );
    }),
    { numRuns: 400 },
  );
});
