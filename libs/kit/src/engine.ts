import { createContext, constants, Script } from "node:vm";
import type { Decision, DecisionInput } from "@signalbox/proto";
import { SignalboxError } from "@signalbox/proto/errors";

/** The canonical JSON of the documents that a decision's input names by digest. The caller answers for the match. */
export type EngineDocuments = { readonly policy: string; readonly catalogue: string; readonly health: string };

/** A decision engine, run from its recorded bytes. */
export type Engine = {
  /** Throws `internal` when the engine fails: a decision is a value, whatever it says. */
  decide(input: DecisionInput, documents: EngineDocuments): Decision;
};

/** What an engine's script leaves on its global object: JSON text in, JSON text out. */
type EngineGlobal = {
  has(digest: string): boolean;
  load(digest: string, json: string): void;
  decide(inputJson: string): string;
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
  return {
    decide(input, documents) {
      try {
        hold(input.documents.policy, documents.policy);
        hold(input.documents.catalogue, documents.catalogue);
        hold(input.documents.health, documents.health);
        return JSON.parse(engine.decide(JSON.stringify(input))) as Decision;
      } catch (error) {
        throw new SignalboxError("internal", "The decision engine failed.", { cause: error });
      }
    },
  };
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
