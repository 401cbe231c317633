import { createContext, constants, Script } from "node:vm";
import type { Decision, DecisionInput } from "@signalbox/proto";
import { SignalboxError } from "@signalbox/proto/errors";

/** The canonical JSON of the documents that a decision's input names by digest. The caller answers for the match. */
export type EngineDocuments = { readonly policy: string; readonly catalogue: string; readonly health: string };

/** A decision engine, run from its recorded bytes. */
export type Engine = {
  /** Throws `internal` when the engine fails: a decision is a value, whatever it says. */
  decide(input: DecisionInput, documents: EngineDocuments): Decision;
  /**
   * `decide` from JSON to JSON, for callers that hold the input as text and compare the decision as text. `names` are
   * the documents' digests, as the input names them. An engine may write the members of a decision in any order.
   */
  decideText(inputJson: string, names: DocumentNames, documents: EngineDocuments): string;
};

type DocumentNames = Readonly<Record<keyof EngineDocuments, string>>;

/** What an engine's script leaves on its global object: JSON text in, JSON text out. */
type EngineGlobal = {
  has(digest: string): boolean;
  load(digest: string, json: string): void;
  /** Should be text; a broken engine may return anything. */
  decide(inputJson: string): unknown;
};

const LOAD_TIMEOUT_MS = 2_000;

/** What a bare context still offers and a decision must not read: clocks, chance, the machine's locale. */
const WITHOUT_THE_IMPURE = `
  for (const name of ["Date", "Intl", "WeakRef", "FinalizationRegistry", "SharedArrayBuffer", "Atomics", "console"]) {
    delete globalThis[name];
  }
  delete Math.random;
`;

/**
 * Loads an engine's one file into a context of its own, without clock, chance or anything of the host. That makes an
 * honest engine pure; it is not a jail for a hostile one, so the caller loads only bytes whose digest it knows.
 * Documents stay parsed inside the engine under their digest, so a decision costs the parsing of its input alone.
 */
export function loadEngine(source: string): Engine {
  const engine = runEngine(source);
  function hold(digest: string, json: string): void {
    if (!engine.has(digest)) engine.load(digest, json);
  }
  function decideText(inputJson: string, names: DocumentNames, documents: EngineDocuments): string {
    try {
      hold(names.policy, documents.policy);
      hold(names.catalogue, documents.catalogue);
      hold(names.health, documents.health);
      const text = engine.decide(inputJson);
      if (typeof text !== "string") throw new TypeError("an engine's answer is not text");
      return text;
    } catch (error) {
      throw engineFailure(error);
    }
  }
  return {
    decide: (input, documents) => readDecision(decideText(JSON.stringify(input), input.documents, documents)),
    decideText,
  };
}

/** What an engine decided, from its text. Throws `internal` when it is no JSON. */
export function readDecision(text: string): Decision {
  try {
    return JSON.parse(text) as Decision;
  } catch (error) {
    throw engineFailure(error);
  }
}

function engineFailure(cause: unknown): SignalboxError {
  return new SignalboxError("internal", "The decision engine failed.", { cause });
}

function runEngine(source: string): EngineGlobal {
  // An ordinary global object: one that mirrors a sandbox intercepts each access, at many times the cost.
  const context = createContext(constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } });
  new Script(WITHOUT_THE_IMPURE).runInContext(context);
  new Script(source, { filename: "signalbox-engine.js" }).runInContext(context, { timeout: LOAD_TIMEOUT_MS });
  const { signalboxEngine } = context as { signalboxEngine?: Partial<EngineGlobal> };
  const { has, load, decide } = signalboxEngine ?? {};
  if (typeof has !== "function" || typeof load !== "function" || typeof decide !== "function") {
    throw new SignalboxError("internal", "The document is not a decision engine.");
  }
  return { has, load, decide };
}
