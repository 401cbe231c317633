import { loadEngine, type Engine, type EngineDocuments } from "@signalbox/kit/engine";
import type { DecisionInput } from "@signalbox/proto";
import { SignalboxError } from "@signalbox/proto/errors";
import type { FoundDocument } from "./replay-messages.ts";

type DocumentNames = DecisionInput["documents"];

/** Engines kept loaded; each is a context of its own with its documents parsed in it. */
const ENGINES_MAX = 4;
/** Engines that could not be loaded and are not tried again soon, because it may take seconds to find out. */
const BROKEN_MAX = 64;
const TEXTS_MAX_CHARS = 64 * 1024 * 1024;

/** The engines and documents that decisions are replayed by, the lately used ones at hand. */
export class EngineShelf {
  /** Both in the order of their last use. */
  readonly #engines = new Map<string, Engine>();
  readonly #texts = new Map<string, string>();
  readonly #broken = new Map<string, unknown>();
  #chars = 0;
  /** Why documents that were asked for last are not here. */
  readonly #missing = new Map<string, string>();
  /** What was used last, which is used again as a rule. */
  #current: { readonly names: DocumentNames; readonly engine: Engine; readonly documents: EngineDocuments } | null =
    null;

  /** Asks for those of the documents that are not at hand. */
  async fetch(
    digests: ReadonlySet<string>,
    read: (digests: readonly string[]) => Promise<readonly FoundDocument[]>,
  ): Promise<void> {
    this.#missing.clear();
    const needed = [...digests].filter((digest) => !this.#texts.has(digest));
    for (const found of needed.length === 0 ? [] : await read(needed)) {
      if ("error" in found) {
        this.#missing.set(found.digest, found.error);
        continue;
      }
      this.#texts.set(found.digest, found.text);
      this.#chars += found.text.length;
    }
  }

  /**
   * What these documents make of an input, as text. Throws `not-found` for one that is missing, and what the engine
   * throws.
   */
  decide(inputJson: string, names: DocumentNames): string {
    if (this.#current?.names !== names) this.#current = { names, ...this.#take(names) };
    const { engine, documents } = this.#current;
    return engine.decideText(inputJson, names, documents);
  }

  /** Drops what was not used for longest. A call has all that it names, however much that is. */
  forget(used: ReadonlySet<string>): void {
    for (const digest of used) {
      const text = this.#texts.get(digest);
      if (text === undefined) continue;
      this.#texts.delete(digest);
      this.#texts.set(digest, text);
    }
    for (const [oldest, { length }] of this.#texts) {
      if (this.#chars <= TEXTS_MAX_CHARS) break;
      this.#texts.delete(oldest);
      this.#chars -= length;
    }
  }

  #take(names: DocumentNames): { engine: Engine; documents: EngineDocuments } {
    const documents = {
      policy: this.#text(names.policy),
      catalogue: this.#text(names.catalogue),
      health: this.#text(names.health),
    };
    return { engine: this.#engine(names.engine), documents };
  }

  #text(digest: string): string {
    const text = this.#texts.get(digest);
    if (text !== undefined) return text;
    throw new SignalboxError("not-found", this.#missing.get(digest) ?? `The document ${digest} is missing.`);
  }

  #engine(digest: string): Engine {
    const engine = this.#engines.get(digest) ?? this.#load(digest);
    this.#engines.delete(digest);
    this.#engines.set(digest, engine);
    if (this.#engines.size > ENGINES_MAX) this.#engines.delete(this.#engines.keys().next().value as string);
    return engine;
  }

  #load(digest: string): Engine {
    const text = this.#text(digest);
    if (this.#broken.has(digest)) throw this.#broken.get(digest);
    try {
      return loadEngine(text);
    } catch (error) {
      if (this.#broken.size >= BROKEN_MAX) this.#broken.clear();
      this.#broken.set(digest, error);
      throw error;
    }
  }
}
