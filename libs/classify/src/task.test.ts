import type { Task } from "@signalbox/proto";
import { expect, test } from "vitest";
import { itemOf } from "./__fixtures__/item.ts";
import { classify } from "./classify.ts";
import { CLASSIFIER_DOCUMENT } from "./classifier-document.ts";

const ARTICLE =
  "The council met on Tuesday to discuss the new tram line. Residents complained about noise, while shop owners expect more visitors. ".repeat(
    6,
  );

const PROMPTS: [Task, string][] = [
  ["chat", "Hello!"],
  ["chat", "hi, how are you today?"],
  ["chat", "What is the capital of Australia?"],
  ["chat", "Can you recommend a good restaurant in Lisbon?"],
  ["chat", "Who won the world cup in 1998?"],
  ["chat", "I feel a bit down this week and don't know who to talk to."],
  ["chat", "Guten Morgen! Wie wird das Wetter im Frühling in Rom normalerweise?"],
  ["chat", "你好，你是谁？"],
  ["code", "Write a python function that returns the longest palindrome in a string."],
  ["code", "Why does this throw?\n```js\nconst a = undefined;\na.b.c();\n```"],
  ["code", "Convert this SQL query to use a window function: SELECT a, MAX(b) FROM t GROUP BY a"],
  [
    "code",
    'def has_close_elements(numbers, threshold):\n    """ Check if any two numbers are closer than threshold. """\n',
  ],
  ["code", "How do I center a div with css flexbox?"],
  ["code", "My docker container exits with code 137, what does it mean and how do I fix it?"],
  ["code", "Refactor src/server.ts so that handleRequest() no longer blocks the event loop."],
  ["code", "Schreibe eine Funktion in Java, die eine Liste sortiert."],
  ["code", "请写一个函数，用 Python 计算斐波那契数列"],
  ["code", "Implement a lock-free queue in Rust with unit tests."],
  [
    "math",
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. How many clips did Natalia sell altogether?",
  ],
  ["math", "Solve for x: 3x^2 - 5x + 2 = 0"],
  ["math", "What is 17 * 23?"],
  ["math", "Compute the integral of x^2 * sin(x) from 0 to pi."],
  ["math", "Prove that the square root of 2 is irrational."],
  ["math", "If $f(x) = \\frac{x^2-1}{x+1}$, what is $f(3)$?"],
  ["math", "A train travels 60 km in 45 minutes. How far does it travel in 3 hours at the same speed?"],
  ["math", "Berechne die Wahrscheinlichkeit, mit zwei Würfeln die Summe 7 zu würfeln."],
  ["math", "求解方程 2x + 3 = 11"],
  ["reasoning", "Compare the trade-offs of microservices and a monolith for a team of five and recommend one."],
  ["reasoning", "On an island live knights and knaves. A says: we are both knaves. Who is lying? Reason step by step."],
  [
    "reasoning",
    "Analyze the following argument and identify the fallacy: all birds fly, penguins are birds, so penguins fly.",
  ],
  [
    "reasoning",
    "Which of the following best explains inflation?\nA) more money\nB) less demand\nC) lower taxes\nD) more savings",
  ],
  ["reasoning", "What are the pros and cons of nuclear power, and what would happen if Germany reopened its plants?"],
  ["reasoning", "Critically evaluate whether universal basic income reduces the incentive to work."],
  [
    "reasoning",
    "Solve this puzzle: three boxes are all labelled wrongly, one holds apples. Which box should you open?",
  ],
  ["reasoning", "Quels sont les avantages et inconvénients du télétravail ? Compare et justifie."],
  ["extraction", "Extract all names and dates from this text: On 3 May, Anna Berg met Tom Hill in Oslo."],
  ["extraction", "List all email addresses in the following text and return only JSON: write to a@b.c or d@e.f"],
  ["extraction", "Classify the sentiment of this review as positive or negative: The soup was cold."],
  ["extraction", "Return a JSON object with the fields vendor, total and date for this invoice: ACME, 3 Jan, 20 EUR"],
  ["extraction", "Identify all named entities in: Apple bought Beats in 2014."],
  ["extraction", "Extrahiere alle Telefonnummern aus dem folgenden Text: Ruf 030 1234 oder 040 9876 an."],
  ["extraction", "请从下面的文字中提取所有人名：张伟和李娜昨天去了北京。"],
  ["summarisation", `Summarize the following article in three bullet points.\n\n${ARTICLE}`],
  ["summarisation", `${ARTICLE}\n\nTL;DR in two sentences please, a short summary.`],
  [
    "summarisation",
    "Give me a summary of the main points of this meeting: we agreed to ship on Friday, Ana owns docs.",
  ],
  ["summarisation", `Fasse den folgenden Text zusammen: ${ARTICLE}`],
  ["summarisation", `Résume cet article en une phrase : ${ARTICLE}`],
  ["summarisation", "请总结以下文章的要点：会议决定周五发布。"],
  ["translation", "Translate the following sentence into French: The cat sleeps on the chair."],
  ["translation", "How do you say 'where is the station' in Japanese?"],
  ["translation", "Übersetze ins Englische: Der Hund läuft durch den Park."],
  ["translation", "Traduis en espagnol : bonjour tout le monde"],
  ["translation", "把这句话翻译成英文：我喜欢读书。"],
  ["translation", "Переведи на английский: я люблю читать"],
  ["creative", "Write a short story about a dragon who is afraid of fire."],
  ["creative", "Write a haiku about autumn."],
  ["creative", "Come up with a catchy slogan for a bakery called Crumb."],
  ["creative", "Tell me a joke about penguins."],
  ["creative", "Schreibe ein Gedicht über das Meer."],
  ["creative", "Escribe un cuento sobre una abuela que viaja a la luna."],
  ["creative", "Write an email to my landlord in a friendly tone asking to repair the heating."],
];

test("at least 85 of 100 prompts are given the task that a reader gives them", () => {
  const missed = PROMPTS.flatMap(([task, prompt]) => {
    const found = taskOf(prompt);
    return found === task ? [] : [`${task}, found ${found}: ${prompt.slice(0, 60)}`];
  });
  // Comparing the list shows which were missed when there are too many.
  expect(missed.length <= 0.15 * PROMPTS.length ? [] : missed).toEqual([]);
});

test("tools and tool turns make a request agentic, and an image makes it vision", () => {
  const prompt = "What is the weather in Paris?";
  expect(classify(itemOf(prompt, { facts: { tools: 2 } }), CLASSIFIER_DOCUMENT).task).toBe("agentic");
  expect(classify(itemOf(prompt, { facts: { toolTurns: true } }), CLASSIFIER_DOCUMENT).task).toBe("agentic");
  expect(classify(itemOf(prompt, { facts: { images: 1 } }), CLASSIFIER_DOCUMENT).task).toBe("vision");
});

test("a system prompt and the turns before speak for the task of a short text", () => {
  const translator = { view: { system: "You are a translator. Translate everything the user writes into German." } };
  expect(classify(itemOf("The garden is green.", translator), CLASSIFIER_DOCUMENT).task).toBe("translation");
  const before = { view: { conversation: "Write a python function that reverses a list." } };
  expect(classify(itemOf("and now in place?", before), CLASSIFIER_DOCUMENT).task).toBe("code");
});

function taskOf(prompt: string): Task {
  return classify(itemOf(prompt), CLASSIFIER_DOCUMENT).task;
}
