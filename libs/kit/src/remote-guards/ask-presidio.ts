import { z } from "zod";
import { JoinedText, unitsOfCodePoints } from "./joined-text.ts";
import { postJson, type Remote } from "./post-json.ts";
import { type AskRemote, typeWord } from "./remote-finding.ts";

const FINDINGS_MAX = 10_000;

/** The part of the analyzer's answer that is read. https://microsoft.github.io/presidio/api-docs/api-docs.html */
const Answer = z
  .array(z.object({ entity_type: z.string(), start: z.int().min(0), end: z.int().min(0), score: z.number() }))
  .max(FINDINGS_MAX);

type PresidioOptions = {
  readonly language: string;
  /** Entities with a lower score are not asked for. */
  readonly scoreMin: number;
  /** null: all that the analyzer knows. */
  readonly entities: readonly string[] | null;
  /** null: it is not asked what is to stand in the place of what is found. */
  readonly anonymizer: Remote | null;
};

type Found = z.infer<typeof Answer>[number];

/** The part of the anonymizer's answer that is read: what it put in the place of each, wherever it lists it. */
const Anonymized = z.object({
  items: z.array(z.object({ start: z.int().min(0), entity_type: z.string(), text: z.string() })).max(FINDINGS_MAX),
});

/** Presidio's analyzer. Types become `presidio.<entity>`, e.g. `presidio.person`. Its places are code points. */
export function askPresidio(remote: Remote, { language, scoreMin, entities, anonymizer }: PresidioOptions): AskRemote {
  return async (texts, signal) => {
    const joined = new JoinedText(texts);
    const asked = {
      text: joined.text,
      language,
      score_threshold: scoreMin,
      ...(entities === null ? {} : { entities }),
    };
    const answered = Answer.parse(await postJson(remote, asked, signal));
    const found = answered.filter(({ score }) => score >= scoreMin).toSorted((a, b) => a.start - b.start);
    if (found.length === 0) return [];
    const words = anonymizer === null ? null : await wordsFor(found, joined.text, { anonymizer, signal });
    const units = unitsOfCodePoints(joined.text);
    const unitAt = (codePoint: number): number => units[codePoint] ?? joined.text.length;
    return found.flatMap(({ entity_type: entity, start, end }, at) => {
      const type = `presidio.${typeWord(entity)}` as const;
      const replacement = words?.[at];
      const places = joined.placesOf(unitAt(start), unitAt(end));
      return places.map((place) => ({ type, ...place, ...(replacement === undefined ? {} : { replacement }) }));
    });
  };
}

/**
 * One word for each that was found, in their order. It joins what overlaps, and then no word can be told to be whose:
 * null.
 */
async function wordsFor(
  found: readonly Found[],
  text: string,
  { anonymizer, signal }: { anonymizer: Remote; signal: AbortSignal },
): Promise<readonly string[] | null> {
  const { items } = Anonymized.parse(await postJson(anonymizer, { text, analyzer_results: found }, signal));
  const ordered = items.toSorted((a, b) => a.start - b.start);
  const isWhole =
    ordered.length === found.length && ordered.every((item, at) => item.entity_type === found[at]?.entity_type);
  return isWhole ? ordered.map((item) => item.text) : null;
}
