import type { Finding } from "../finding.ts";

/** "Ignore your instructions" in Chinese, Japanese and Korean, where words are not reliably separated by spaces. */
const CUES =
  /(?:忽略|无视|無視|忘记|忘掉|忘れ)[^\n。]{0,12}?(?:指令|指示|提示|命令|规则|規則|内容)|(?:指示|命令|ルール)[^\n。]{0,6}?(?:無視|忘れ)|(?:이전|위의)[^\n.]{0,10}?(?:무시|잊)/g;

export function findUnspacedCues(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(CUES)) {
    found.push({ type: "injection.override", start: match.index, end: match.index + match[0].length });
  }
  return found;
}
