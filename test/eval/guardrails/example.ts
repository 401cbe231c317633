/** A text with what is to be found in it; `dev` is what the detectors were made by, `held-out` what they were not. */
export type Example = {
  readonly text: string;
  readonly spans: readonly Span[];
  readonly split: "dev" | "held-out";
};

/** UTF-16 units. */
export type Span = { readonly type: string; readonly start: number; readonly end: number };

/** Puts a value into the place of `{}` of a sentence. */
export function exampleOf(
  sentence: string,
  value: string,
  special: { type: string | null; split: Example["split"] },
): Example {
  const start = sentence.indexOf("{}");
  const text = sentence.slice(0, start) + value + sentence.slice(start + 2);
  const spans = special.type === null ? [] : [{ type: special.type, start, end: start + value.length }];
  return { text, spans, split: special.split };
}
