import { decodeJson, type Bus, type Logger } from "@signalbox/kit";
import {
  RECLASSIFY_MAX,
  RECLASSIFY_SUBJECT,
  ReclassifyAnswer,
  type DecisionInput,
  type ReclassifyOrder,
} from "@signalbox/proto";
import { readRecordedDecision } from "./recorded-decision.ts";
import type { DecisionRow } from "./copied-rows.ts";
import { leafText } from "./packed-leaves.ts";

const ANSWER_TIMEOUT_MS = 20_000;
/** After so many messages without an answer nobody is asked any more: a range would wait for each. */
const UNANSWERED_MAX = 3;

type Result = ReclassifyAnswer["results"][number];
/** A request that was classified again, or was not, with what was recorded; null: its leaf holds no decision. */
export type Reclassified = { readonly recorded: DecisionInput["classification"] | null; readonly result: Result };

/** Has requests classified again by other rules, by whoever can read their content: here nothing of it is ever seen. */
export class Reclassifier {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #classifier: string;
  readonly #over: AbortSignal;
  #unanswered = 0;

  /** When `over` aborts nobody is asked any more, and no answer is waited for. */
  constructor(classifier: string, { bus, log, over }: { bus: Bus; log: Logger; over: AbortSignal }) {
    this.#over = over;
    this.#classifier = classifier;
    this.#bus = bus;
    this.#log = log;
  }

  /** In the order of the decisions. */
  async classify(rows: readonly DecisionRow[]): Promise<Reclassified[]> {
    const inputs = rows.map(({ leaf }) => inputOf(leaf));
    const known = inputs.filter((input) => input !== null);
    const results: Result[] = [];
    for (let from = 0; from < known.length; from += RECLASSIFY_MAX) {
      results.push(...(await this.#ask(known.slice(from, from + RECLASSIFY_MAX))));
    }
    return inputs.map((input) => {
      if (input === null) return { recorded: null, result: { reason: "unreadable" } };
      return { recorded: input.classification, result: results.shift() ?? { reason: "unavailable" } };
    });
  }

  async #ask(inputs: readonly DecisionInput[]): Promise<Result[]> {
    const unavailable = inputs.map((): Result => ({ reason: "unavailable" }));
    if (this.#unanswered >= UNANSWERED_MAX || this.#over.aborted) return unavailable;
    const requests = inputs.map(({ facts, classification: recorded }) => ({ facts, recorded }));
    const order = JSON.stringify({ classifier: this.#classifier, requests } satisfies ReclassifyOrder);
    try {
      const timeout = ANSWER_TIMEOUT_MS;
      const asked = this.#bus.connection.request(RECLASSIFY_SUBJECT, order, { timeout });
      const answer = await unlessOver(asked, this.#over);
      if (answer === null) return unavailable;
      const { data } = answer;
      const { results } = ReclassifyAnswer.parse(decodeJson(data));
      this.#unanswered = 0;
      return results.length === inputs.length ? results : unavailable;
    } catch (error) {
      this.#unanswered += 1;
      this.#log.warn({ err: error }, "requests are not classified again: no ingress answered");
      return unavailable;
    }
  }
}

function inputOf(leaf: Uint8Array): DecisionInput | null {
  try {
    return readRecordedDecision(leafText(leaf), {}).event().input;
  } catch {
    return null;
  }
}

/** Null when the signal aborts first. */
async function unlessOver<T>(answer: Promise<T>, over: AbortSignal): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const end = (): void => resolve(null);
  over.addEventListener("abort", end);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    over.removeEventListener("abort", end);
    // What comes after all is of no use to anybody.
    answer.catch(() => {});
  }
}
