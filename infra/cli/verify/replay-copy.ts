import { loadEngine, type Engine } from "@signalbox/kit";
import { PAYLOAD_TYPES, SignalboxError, type DecisionEvent } from "@signalbox/proto";
import {
  canonicalize,
  LogCopy,
  parseEnvelope,
  sha256Digest,
  TILE_WIDTH,
  tileWidth,
  type EntryRange,
  type ReadPath,
} from "@signalbox/tlog";
import { documentPath } from "./document-path.ts";

/** More mismatches than this say nothing that the first ones do not. */
const LISTED_MAX = 100;
/** Documents and engines kept at hand; a log changes them now and then. */
const KEPT_MAX = 64;

/** A decision that did not come out as it was recorded, or did not come out at all. */
export type ReplayFault = { readonly index: number; readonly decisionId: string; readonly reason: string };

export type CopyReplay = {
  readonly replayed: number;
  readonly identical: number;
  readonly different: readonly ReplayFault[];
  /** Not run: a document is missing, or its engine failed. */
  readonly failed: readonly ReplayFault[];
};

export type ReplayCopyOptions = {
  readonly read: ReadPath;
  readonly size: number;
  readonly range: EntryRange | undefined;
  readonly onProgress: (replayed: number) => void;
};

/** Runs every decision of a copy again, by the engine and on the documents that it names, which lie beside it. */
export async function replayCopy({ read, size, range, onProgress }: ReplayCopyOptions): Promise<CopyReplay> {
  const { from, to } = range ?? { from: 0, to: size };
  const copy = new LogCopy(read);
  const replayer = new CopyReplayer(read);
  const tally = { replayed: 0, identical: 0, different: [] as ReplayFault[], failed: [] as ReplayFault[] };
  for (let bundle = Math.floor(from / TILE_WIDTH); bundle * TILE_WIDTH < to; bundle += 1) {
    const entries = await copy.entries({ index: bundle, width: tileWidth(size, { level: 0, index: bundle }) });
    if (entries.kind !== "read") continue;
    for (const [at, bytes] of entries.entries.entries()) {
      const event = decisionOf(bytes);
      if (event === null) continue;
      const fault = { index: bundle * TILE_WIDTH + at, decisionId: event.decisionId };
      const result = await replayer.replay(event);
      tally.replayed += 1;
      if (result === "identical") tally.identical += 1;
      else note(result === "different" ? tally.different : tally.failed, { ...fault, reason: result });
    }
    onProgress(tally.replayed);
  }
  return tally;
}

function note(faults: ReplayFault[], fault: ReplayFault): void {
  if (faults.length < LISTED_MAX) faults.push(fault);
}

function decisionOf(bytes: Uint8Array): DecisionEvent | null {
  const envelope = parseEnvelope(bytes);
  if (envelope?.payloadType !== PAYLOAD_TYPES.decision) return null;
  return JSON.parse(Buffer.from(envelope.payload).toString("utf8")) as DecisionEvent;
}

class CopyReplayer {
  readonly #read: ReadPath;
  readonly #texts = new Map<string, string>();
  readonly #engines = new Map<string, Engine>();

  constructor(read: ReadPath) {
    this.#read = read;
  }

  /** `identical`, `different`, or a sentence that says why it could not be run. */
  async replay({ input, decision }: DecisionEvent): Promise<string> {
    try {
      const { documents } = input;
      const engine = await this.#engine(documents.engine);
      const replayed = engine.decide(input, {
        policy: await this.#text(documents.policy),
        catalogue: await this.#text(documents.catalogue),
        health: await this.#text(documents.health),
      });
      const same = canonicalize(replayed, { numbers: "any" }) === canonicalize(decision, { numbers: "any" });
      return same ? "identical" : "different";
    } catch (error) {
      return SignalboxError.from(error).message;
    }
  }

  async #engine(digest: string): Promise<Engine> {
    const engine = this.#engines.get(digest) ?? loadEngine(await this.#text(digest));
    keep(this.#engines, digest, engine);
    return engine;
  }

  async #text(digest: string): Promise<string> {
    const known = this.#texts.get(digest);
    const bytes = known === undefined ? await this.#read(documentPath(digest)) : null;
    if (known === undefined && bytes === null)
      throw new SignalboxError("not-found", `The document ${digest} is missing.`);
    if (bytes !== null && sha256Digest(bytes) !== digest) {
      throw new SignalboxError("unprocessable", `The document ${digest} has not the bytes that its name says.`);
    }
    const text = known ?? Buffer.from(bytes as Uint8Array).toString("utf8");
    keep(this.#texts, digest, text);
    return text;
  }
}

function keep<T>(map: Map<string, T>, digest: string, value: T): void {
  map.delete(digest);
  map.set(digest, value);
  if (map.size > KEPT_MAX) map.delete(map.keys().next().value as string);
}
