import { z } from "zod";
import { postJson, type Remote } from "./post-json.ts";
import { type AskRemote, typeWord } from "./remote-finding.ts";

const FINDINGS_MAX = 1_000;

/** What a webhook answers: without places, the whole text is meant; without a text, all of them. */
const Answer = z.object({
  findings: z
    .array(
      z.object({
        type: z.string().min(1).max(128),
        text: z.int().min(0).nullish(),
        start: z.int().min(0).nullish(),
        end: z.int().min(0).nullish(),
      }),
    )
    .max(FINDINGS_MAX),
});

/**
 * A service of the operator's own: `{direction, texts}` to `{findings: [{type, text, start, end}]}`. Types become
 * `webhook.<type>`.
 */
export function askWebhook(remote: Remote, direction: "request" | "answer"): AskRemote {
  return async (texts, signal) => {
    const { findings } = Answer.parse(await postJson(remote, { direction, texts }, signal));
    return findings.flatMap(({ type, text, start, end }) => {
      const named = text == null ? texts.map((_, at) => at) : text < texts.length ? [text] : [];
      return named.map((at) => {
        const length = texts[at]?.length ?? 0;
        const from = Math.min(start ?? 0, length);
        return {
          type: `webhook.${typeWord(type)}` as const,
          text: at,
          start: from,
          end: Math.min(end ?? length, length),
        };
      });
    });
  };
}
