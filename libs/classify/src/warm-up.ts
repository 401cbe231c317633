import { plainRequestFacts, type ClassifyItem } from "@signalbox/proto";
import { classify } from "./classify.ts";
import type { ClassifierDocument } from "./classifier-document.ts";

const ROUNDS = 300;
const TEXTS = [
  "Hello, how are you today?",
  "Write a python function that sorts the list of numbers [3, 1, 2] and explain its worst case step by step.",
  "Fasse den folgenden Artikel in drei Sätzen zusammen: Der Rat hat am Dienstag über die neue Linie beraten.",
  "请总结以下文章的要点，并翻译成英文。",
  "```ts\nconst total = items.reduce((sum, item) => sum + item.price, 0);\n```\nWhy is $\\frac{1}{2}$ of it NaN?",
];

/** Runs the classifier over a few texts, so that the first requests do not pay for its compilation. */
export function warmUp(document: ClassifierDocument): void {
  for (let round = 0; round < ROUNDS; round += 1) {
    const lastUser = `${TEXTS[round % TEXTS.length]} ${round}`;
    const facts = plainRequestFacts({ textChars: lastUser.length });
    classify({ facts, view: { ...VIEW, lastUser } }, document);
  }
}

const VIEW: ClassifyItem["view"] = { system: "", conversation: "", lastUser: "", truncated: false };
