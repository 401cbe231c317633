import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { ClassifierDocument, CueGroup } from "./classifier-document.ts";

/** One phrase of the document, with its group and weight. */
export type Cue = { readonly group: CueGroup; readonly weight: number; readonly words: readonly string[] };

/** A document with the indexes that a classification looks things up in. */
export type CompiledDocument = {
  readonly document: ClassifierDocument;
  readonly digest: string;
  /** First word → the phrases that begin with it. */
  readonly byFirstWord: ReadonlyMap<string, readonly Cue[]>;
  /** Phrases of scripts without spaces. */
  readonly inside: readonly Cue[];
  /** Frequent word → the languages that it speaks for. */
  readonly languagesByWord: ReadonlyMap<string, readonly string[]>;
};

const compiled = new WeakMap<ClassifierDocument, CompiledDocument>();

/** The document's digest and indexes, made once for each document. */
export function compileDocument(document: ClassifierDocument): CompiledDocument {
  const known = compiled.get(document);
  if (known !== undefined) return known;
  const cues = Object.entries(document.cues).flatMap(([group, list]) =>
    Object.entries(list).flatMap(([weight, phrases]) =>
      phrases.map((phrase): Cue => ({ group: group as CueGroup, weight: Number(weight), words: phrase.split(" ") })),
    ),
  );
  const fresh: CompiledDocument = {
    document,
    digest: sha256Digest(canonicalize(document)),
    byFirstWord: Map.groupBy(
      cues.filter((cue) => !isWithoutSpaces(cue)),
      ({ words }) => words[0]!,
    ),
    inside: cues.filter(isWithoutSpaces),
    languagesByWord: languagesByWord(document),
  };
  compiled.set(document, fresh);
  return fresh;
}

/** Chinese, Japanese and Korean, whose words are not reliably separated by spaces. */
function isWithoutSpaces({ words }: Cue): boolean {
  return words[0]!.charCodeAt(0) >= 0x2e80;
}

function languagesByWord(document: ClassifierDocument): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [language, words] of Object.entries(document.languageWords)) {
    for (const word of words) found.set(word, [...(found.get(word) ?? []), language]);
  }
  return found;
}
