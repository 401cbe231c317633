/**
 * The entry of the engine's bundle: one script without imports that runs in a bare JavaScript context. Values cross as
 * JSON text, so that no object of one realm reaches the other and a recorded engine runs under any later host.
 * Documents stay parsed inside, under their digest, so that a decision parses its input alone.
 */
import type { DecisionInput } from "@signalbox/proto";
import { BoundedMap } from "./bounded-map.ts";
import { decidePrepared } from "./decide.ts";
import { type CompiledPolicy, compilePolicy } from "./policy/compile-policy.ts";
import { type DecisionDocuments, type PreparedDocuments, prepareDocuments } from "./prepare-documents.ts";

/** What the host finds as `globalThis.signalboxEngine`. */
type EngineGlobal = {
  /** Whether the document is still held. */
  has(digest: string): boolean;
  /** Takes a document's JSON under the digest that inputs name it by. The host answers for the digest being true. */
  load(digest: string, json: string): void;
  /** JSON of a DecisionInput, whose documents are held, to JSON of the Decision. */
  decide(inputJson: string): string;
};

type DocumentNames = DecisionInput["documents"];

const DOCUMENTS_MAX = 24;
const PREPARED_MAX = 8;
const COMPILED_MAX = 4;

const parsed = new BoundedMap<unknown>(DOCUMENTS_MAX);
const prepared = new BoundedMap<PreparedDocuments>(PREPARED_MAX);
const compiled = new BoundedMap<CompiledPolicy>(COMPILED_MAX);

/** Of the decision before, which had the same documents as a rule. */
let latest: { readonly names: DocumentNames; readonly documents: PreparedDocuments } | null = null;

function preparedFor(names: DocumentNames): PreparedDocuments {
  if (latest === null || !isSame(names, latest.names)) latest = { names, documents: prepare(names) };
  return latest.documents;
}

function isSame(a: DocumentNames, b: DocumentNames): boolean {
  return a.health === b.health && a.policy === b.policy && a.catalogue === b.catalogue;
}

function prepare(names: DocumentNames): PreparedDocuments {
  const key = `${names.policy} ${names.catalogue} ${names.health}`;
  const known = prepared.get(key);
  if (known !== undefined) return known;
  const documents = {
    policy: documentNamed(names.policy) as DecisionDocuments["policy"],
    catalogue: documentNamed(names.catalogue) as DecisionDocuments["catalogue"],
    health: documentNamed(names.health) as DecisionDocuments["health"],
  };
  const fresh = prepareDocuments(documents, compiledFor(names, documents));
  prepared.set(key, fresh);
  return fresh;
}

/** Health changes every second, and rules do not change with it. */
function compiledFor(names: DocumentNames, { policy, catalogue }: DecisionDocuments): CompiledPolicy {
  const key = `${names.policy} ${names.catalogue}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const fresh = compilePolicy(policy, catalogue);
  compiled.set(key, fresh);
  return fresh;
}

function documentNamed(digest: string): unknown {
  const document = parsed.get(digest);
  if (document === undefined) throw new Error(`document ${digest} is not loaded`);
  return document;
}

const engine: EngineGlobal = {
  has: (digest) => parsed.get(digest) !== undefined,
  load: (digest, json) => parsed.set(digest, JSON.parse(json)),
  decide: (inputJson) => {
    const input = JSON.parse(inputJson) as DecisionInput;
    return JSON.stringify(decidePrepared(input, preparedFor(input.documents)));
  },
};

Object.assign(globalThis, { signalboxEngine: Object.freeze(engine) });
