import type { CueList } from "../classifier-document.ts";
import { phrases } from "./phrases.ts";

export const SUMMARISATION_CUES: CueList = {
  1: phrases("article, transcript, report, paragraph, bullet points, notes, meeting, document, main, shorter"),
  2: phrases(
    "main points, main ideas, key points, main idea, shorten, brief overview, key takeaways, takeaways, gist, in short, highlights",
  ),
  4: phrases(
    "summary, summaries, abstract of, recap, condense, tldr, tl dr, digest, zusammenfassung, résumé de, resumen, riassunto, resumo, краткое содержание, 摘要, 总结, 總結, 要約, 요약",
  ),
  6: phrases(
    "summarize, summarise, summarizing, summarising, fasse zusammen, fasse den, fasse diesen, fass zusammen, zusammenfassen, résume, résumez, résumer, resume el, resume este, resume esta, resumir, riassumi, riassumere, resuma, суммируй, кратко изложи, перескажи, give me a summary, write a summary, in one paragraph what, 概括, まとめて, 요약해",
  ),
};
