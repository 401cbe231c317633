/** `node test/corpus/write-corpus.ts`: records the present engine's decisions, unless they are recorded already. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Digest } from "@signalbox/tlog";
import { bundleEngine } from "../../services/policy/src/bundle-engine.ts";
import { CORPUS_DIR, packCorpus } from "./corpus-file.ts";
import { recordDecisions } from "./record-decisions.ts";

const NAME_CHARS = 16;

const source = bundleEngine();
const digest = sha256Digest(source);
const file = join(CORPUS_DIR, `${digest.slice("sha256:".length).slice(0, NAME_CHARS)}.jsonl.gz`);
if (existsSync(file)) {
  console.log(`${file} is there; what was recorded is not written again`);
} else {
  const corpus = await recordDecisions(source);
  const packed = packCorpus(corpus);
  mkdirSync(CORPUS_DIR, { recursive: true });
  writeFileSync(file, packed);
  console.log(
    `${file}: ${corpus.decisions.length} decisions, ${corpus.documents.size} documents, ${packed.length} bytes`,
  );
}
