import type { AnswerTarget } from "../chat/answer-target.ts";

/** The headers that may differ from prompt to prompt. */
const OWN = /^x-signalbox-/;
/** Proxies accept headers of a few KiB; the decisions of further prompts are in the answer's usage. */
const VALUES_MAX = 32;

/** The headers of an answer to several prompts: of Signalbox's own, the distinct values of all prompts in their order. */
export class PromptHeaders {
  readonly #client: AnswerTarget;
  readonly #values = new Map<string, Map<number, string>>();

  constructor(client: AnswerTarget) {
    this.#client = client;
  }

  set(prompt: number, name: string, value: string): void {
    if (!OWN.test(name)) {
      this.#client.setHeader(name, value);
      return;
    }
    const values = this.#values.get(name) ?? new Map<number, string>();
    this.#values.set(name, values.set(prompt, value));
    const inOrder = [...values].toSorted(([a], [b]) => a - b).map(([, each]) => each);
    this.#client.setHeader(name, [...new Set(inOrder)].slice(0, VALUES_MAX).join(", "));
  }
}
