import { detectAll } from "tinyld/light";
import type { CompiledDocument } from "./compile-document.ts";

const UNKNOWN_LANGUAGE = "und";

const SAMPLE_WORDS = 80;
const SCRIPT_CHARS = 1_000;
/** The model takes about a microsecond a character, and a sentence tells it enough. */
const MODEL_CHARS = 120;
const LETTERS_MIN = 8;

/** Scripts by their first and last code unit. `language` is null where several large languages share the script. */
const SCRIPTS: readonly { readonly from: number; readonly to: number; readonly language: string | null }[] = [
  { from: 0x370, to: 0x3ff, language: "el" },
  { from: 0x400, to: 0x52f, language: null },
  { from: 0x530, to: 0x58f, language: "hy" },
  { from: 0x590, to: 0x5ff, language: "he" },
  { from: 0x600, to: 0x6ff, language: null },
  { from: 0x900, to: 0x97f, language: null },
  { from: 0x980, to: 0x9ff, language: "bn" },
  { from: 0xb80, to: 0xbff, language: "ta" },
  { from: 0xc00, to: 0xc7f, language: "te" },
  { from: 0xe00, to: 0xe7f, language: "th" },
  { from: 0x10a0, to: 0x10ff, language: "ka" },
  { from: 0x3040, to: 0x30ff, language: "ja" },
  { from: 0x4e00, to: 0x9fff, language: "zh" },
  { from: 0xac00, to: 0xd7a3, language: "ko" },
];
/** For a script of several languages, by its first code unit: the largest one, assumed when nothing else tells. */
const LARGEST: ReadonlyMap<number, string> = new Map([
  [0x400, "ru"],
  [0x600, "ar"],
  [0x900, "hi"],
]);

/** The language of a text as an ISO 639-1 code, `und` when it is too short or speaks for several. */
export function detectLanguage(text: string, words: readonly string[], compiled: CompiledDocument): string {
  const { script, letters, latin } = mainScript(text);
  if (letters < 2) return UNKNOWN_LANGUAGE;
  if (script !== null && letters - latin >= latin) {
    return (
      script.language ?? voteByWords(words, compiled) ?? modelSays(text) ?? LARGEST.get(script.from) ?? UNKNOWN_LANGUAGE
    );
  }
  const voted = voteByWords(words, compiled);
  if (voted !== null) return voted;
  return letters < LETTERS_MIN ? UNKNOWN_LANGUAGE : (modelSays(text) ?? UNKNOWN_LANGUAGE);
}

function mainScript(text: string): { script: (typeof SCRIPTS)[number] | null; letters: number; latin: number } {
  const counts = SCRIPTS.map(() => 0);
  let latin = 0;
  const end = Math.min(text.length, SCRIPT_CHARS);
  for (let at = 0; at < end; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x370) {
      if ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a) latin += 1;
      else if (unit >= 0xc0) latin += 1;
      continue;
    }
    const index = SCRIPTS.findIndex(({ from, to }) => unit >= from && unit <= to);
    if (index >= 0) counts[index]! += 1;
  }
  const others = counts.reduce((sum, count) => sum + count, 0);
  let best = counts.indexOf(Math.max(...counts));
  // Japanese mixes its syllables with Chinese characters; a few of them tell.
  const kana = SCRIPTS.findIndex(({ language }) => language === "ja");
  if (SCRIPTS[best]?.language === "zh" && counts[kana]! * 8 > counts[best]!) best = kana;
  return { script: others === 0 ? null : SCRIPTS[best]!, letters: latin + others, latin };
}

/** The language that the frequent words speak for, when they do so clearly. */
function voteByWords(words: readonly string[], { languagesByWord }: CompiledDocument): string | null {
  const votes = new Map<string, number>();
  for (let at = 0; at < words.length && at < SAMPLE_WORDS; at += 1) {
    for (const language of languagesByWord.get(words[at]!) ?? []) votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  const [first, second] = [...votes].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (first === undefined || first[1] < 2) return null;
  return 2 * first[1] >= 3 * (second?.[1] ?? 0) ? first[0] : null;
}

function modelSays(text: string): string | null {
  const [first, second] = detectAll(text.slice(0, MODEL_CHARS));
  if (first === undefined || !/^[a-z]{2}$/.test(first.lang)) return null;
  // The model's accuracies compare languages within one text; they have no absolute meaning.
  return first.accuracy >= 1.3 * (second?.accuracy ?? 0) ? first.lang : null;
}
