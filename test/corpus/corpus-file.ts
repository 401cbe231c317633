import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { DecisionInput } from "@signalbox/proto";

/** One file for each engine, named for its digest; none of them is ever written again. */
export const CORPUS_DIR = join(import.meta.dirname, "data");

/** A decision as it was recorded: what was decided on, and the canonical JSON of what came of it. */
export type RecordedDecision = { readonly input: DecisionInput; readonly decision: string };

/** Decisions of one engine, with its bundle and all documents that they name, each under its digest. */
export type Corpus = {
  readonly file: string;
  readonly engine: string;
  readonly documents: ReadonlyMap<string, string>;
  readonly decisions: readonly RecordedDecision[];
};

type Line = { readonly digest: string; readonly text: string } | RecordedDecision;

/** Lines of JSON, documents first, the engine before all. */
export function packCorpus({ documents, decisions }: Pick<Corpus, "documents" | "decisions">): Buffer {
  const lines: Line[] = [...[...documents].map(([digest, text]) => ({ digest, text })), ...decisions];
  return gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { level: 9 });
}

/** All that is recorded, in the order of the files' names. */
export function readCorpora(): Corpus[] {
  const files = readdirSync(CORPUS_DIR).filter((name) => name.endsWith(".jsonl.gz"));
  return files.toSorted().map((file) => ({ file, ...unpackCorpus(readFileSync(join(CORPUS_DIR, file))) }));
}

function unpackCorpus(packed: Buffer): Omit<Corpus, "file"> {
  const lines = gunzipSync(packed).toString("utf8").trimEnd().split("\n");
  const documents = new Map<string, string>();
  const decisions: RecordedDecision[] = [];
  for (const line of lines) {
    const entry = JSON.parse(line) as Line;
    if ("digest" in entry) documents.set(entry.digest, entry.text);
    else decisions.push(entry);
  }
  return { engine: [...documents.keys()][0] ?? "", documents, decisions };
}
