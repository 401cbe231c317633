import { splitPrompts } from "@signalbox/dialects";
import { readNested } from "../http/read-nested.ts";

/** A request with several prompts: each is a request of its own, because each is routed by itself. */
export type Prompts = {
  readonly bodies: readonly [PromptBody, PromptBody, ...PromptBody[]];
  /** How many choices each prompt is answered with. */
  readonly choicesEach: number;
};

type PromptBody = { readonly body: Buffer; readonly json: unknown };

/** Null for a request of one prompt. */
export function readPrompts(json: unknown, maxBytes: number): Prompts | null {
  const split = readNested(() => splitPrompts(json, maxBytes));
  if (split === null) return null;
  const [first, second, ...others] = split.map((each) => ({ body: Buffer.from(JSON.stringify(each)), json: each }));
  const { n } = split[0]!;
  return { bodies: [first!, second!, ...others], choicesEach: typeof n === "number" ? n : 1 };
}
