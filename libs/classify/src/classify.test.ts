import { canonicalize, sha256Digest } from "@signalbox/tlog";
import { expect, test } from "vitest";
import { itemOf } from "./__fixtures__/item.ts";
import { classify } from "./classify.ts";
import { CLASSIFIER_DOCUMENT } from "./classifier-document.ts";

test("what the request names is what an endpoint must be able to do, sorted", () => {
  const facts = {
    tools: 2,
    parallelTools: true,
    responseFormat: "json-schema" as const,
    logprobs: true,
    seed: true,
    reasoningEffort: "low" as const,
    images: 1,
    audios: 1,
    files: 1,
  };
  const found = classify(itemOf("Look at this.", { facts }), CLASSIFIER_DOCUMENT);
  expect(found.capabilities).toEqual(["json-schema", "logprobs", "parallel-tools", "reasoning", "seed", "tools"]);
  expect(found.modalities).toEqual(["audio", "file", "image", "text"]);
  const plain = classify(itemOf("Look at this.", { facts: { reasoningEffort: "none" } }), CLASSIFIER_DOCUMENT);
  expect(plain).toMatchObject({ capabilities: [], modalities: ["text"] });
});

test("input tokens cover messages, tools, images and the text that the view does not hold", () => {
  const plain = tokensOf({});
  expect(plain).toBe(5 + 3 + 4);
  expect(tokensOf({ facts: { images: 2 } })).toBe(plain + 2 * 765);
  expect(tokensOf({ facts: { messages: 3 } })).toBe(plain + 2 * 4);
  expect(tokensOf({ facts: { tools: 1, toolChars: 400 } })).toBe(plain + 8 + 100);
  expect(tokensOf({ facts: { textChars: 2_300 } })).toBe(plain + 495);
});

test("a prompt of 512 KiB whose view is cut is estimated by the whole of it", () => {
  const view = { lastUser: "All work and no play makes Jack a dull boy. ".repeat(1_400), truncated: true };
  const { inputTokens } = classify(itemOf("", { view, facts: { textChars: 524_288 } }), CLASSIFIER_DOCUMENT);
  expect(inputTokens).toBeGreaterThan(125_000);
  expect(inputTokens).toBeLessThan(136_000);
});

test("the language is told by script, by frequent words, or not at all", () => {
  expect(languageOf("Could you please tell me what the weather is like?")).toBe("en");
  expect(languageOf("Kannst du mir bitte sagen, wie das Wetter in Berlin ist?")).toBe("de");
  expect(languageOf("Peux-tu me dire quel temps il fait dans le sud ?")).toBe("fr");
  expect(languageOf("¿Puedes decirme cómo está el tiempo en la ciudad?")).toBe("es");
  expect(languageOf("Mi puoi dire come sono le strade della città?")).toBe("it");
  expect(languageOf("Você pode me dizer como está o tempo na cidade?")).toBe("pt");
  expect(languageOf("Скажи, пожалуйста, какая сегодня погода в Москве")).toBe("ru");
  expect(languageOf("Скажи, будь ласка, що це та якщо так, то чому")).toBe("uk");
  expect(languageOf("今天天气怎么样？")).toBe("zh");
  expect(languageOf("今日の天気はどうですか")).toBe("ja");
  expect(languageOf("오늘 날씨 어때요?")).toBe("ko");
  expect(languageOf("كيف الطقس في القاهرة اليوم؟")).toBe("ar");
  expect(languageOf("ok")).toBe("und");
  expect(languageOf("42 + 17 = ?")).toBe("und");
});

test("the classification names the document that it was made by", () => {
  const digest = sha256Digest(canonicalize(CLASSIFIER_DOCUMENT));
  expect(classify(itemOf("Hello"), CLASSIFIER_DOCUMENT).classifier).toBe(digest);
  const other = { ...CLASSIFIER_DOCUMENT, version: CLASSIFIER_DOCUMENT.version + 1 };
  expect(classify(itemOf("Hello"), other).classifier).not.toBe(digest);
});

test("a hostile text of 64 KiB is classified in milliseconds", () => {
  const texts = [
    "a".repeat(65_536),
    "$a".repeat(32_768),
    '"a '.repeat(21_845),
    "{[(".repeat(21_845),
    "aB_".repeat(21_845),
    "- ".repeat(32_768),
    "1 + ".repeat(16_384),
    "\t \n".repeat(21_845),
    "what is ".repeat(8_192),
    "漢字かな".repeat(5_461),
  ];
  const { scan } = CLASSIFIER_DOCUMENT;
  expect(scan.headChars + scan.tailChars).toBeLessThan(10_000);
  for (const text of texts) {
    const startedMs = performance.now();
    classify(itemOf(text), CLASSIFIER_DOCUMENT);
    expect(performance.now() - startedMs).toBeLessThan(500);
  }
});

function tokensOf(special: Parameters<typeof itemOf>[1]): number {
  return classify(itemOf("one two three four five", special), CLASSIFIER_DOCUMENT).inputTokens;
}

function languageOf(text: string): string {
  return classify(itemOf(text), CLASSIFIER_DOCUMENT).language;
}
