import { z } from "zod";
import { postJson, type Remote } from "./post-json.ts";
import { type AskRemote, typeWord } from "./remote-finding.ts";
import { JoinedText } from "./joined-text.ts";

/**
 * The part of OpenAI's answer that is read; Mistral's has the same form.
 * https://platform.openai.com/docs/api-reference/moderations
 */
const Answer = z.object({
  results: z
    .array(
      z.object({
        categories: z.record(z.string(), z.boolean().nullish()),
        category_scores: z.record(z.string(), z.number().nullish()).nullish(),
      }),
    )
    .min(1),
});

/**
 * A provider's moderation endpoint. A category is found where the provider says so, or, with a threshold, where its
 * score reaches it. Categories have no place in the text: what was found is found in all of it.
 */
export function askModeration(
  remote: Remote,
  { model, threshold }: { readonly model: string; readonly threshold: number | null },
): AskRemote {
  return async (texts, signal) => {
    const { text } = new JoinedText(texts);
    const { results } = Answer.parse(await postJson(remote, { model, input: [text] }, signal));
    const found = new Set<string>();
    for (const { categories, category_scores: scores } of results) {
      for (const [name, flagged] of Object.entries(categories)) {
        const score = scores?.[name] ?? null;
        if (threshold === null || score === null ? flagged === true : score >= threshold) found.add(typeWord(name));
      }
    }
    return [...found].map((word) => ({ type: `content.${word}` as const, text: 0, start: 0, end: 0 }));
  };
}
