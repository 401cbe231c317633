/** Phrases, written one after another with commas between them. */
export function phrases(text: string): string[] {
  return text
    .split(",")
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== "");
}
