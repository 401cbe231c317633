import {
  conversationOf,
  ingressOf,
  joinConversation,
  previousResponseIdOf,
  readJson,
  referencesOf,
  resolveReferences,
  type JsonObject,
} from "@signalbox/dialects";
import { type Residency, SignalboxError, type TranslationLoss } from "@signalbox/proto";
import { endUserName } from "../content/end-user-name.ts";
import { parseJsonBody } from "../http/read-body.ts";
import { readNested } from "../http/read-nested.ts";
import type { Principal } from "../keys/key-ring.ts";
import type { ResponseStore } from "./response-store.ts";

/**
 * A request to the Responses API as it goes down the line: with the whole conversation, and nothing that only a store
 * knows.
 */
export type ResponseRequest = {
  readonly body: Buffer;
  /** The same, read. */
  readonly json: unknown;
  /** Null when the request says nothing of stored conversations, and goes down the line as it came. */
  readonly turn: ResponseTurn | null;
  /** What the conversation that it goes on from is held to; absent: to nothing. */
  readonly residency?: readonly Residency[];
};

/** What a request says of stored conversations. */
export type ResponseTurn = {
  /** What the response says of itself in the place of what the line knows. */
  readonly head: JsonObject;
  /** What the request asks for and does not get. */
  readonly losses: readonly TranslationLoss[];
  /** Stores the response; false when it could not be. Null where it is not to be stored. */
  readonly keep: ((response: JsonObject, residency: readonly Residency[]) => Promise<boolean>) | null;
};

/** Who asks, and what can be gone on from. */
export type ResponseAsking = {
  readonly store: ResponseStore;
  readonly principal: Principal;
  readonly requestId: string;
  readonly bodyMaxBytes: number;
};

const PREVIOUS = "previous_response_id";
const ENCRYPTED_REASONING = "reasoning.encrypted_content";
const NOT_STORED: TranslationLoss = { path: "store", what: "stored-response", why: "no-equivalent" };
const IN_FOREGROUND: TranslationLoss = { path: "background", what: "background", why: "approximated" };

/**
 * Reads a request. Throws `previous-response-not-found` for one that goes on from a response that this tenant has not, and
 * `invalid-request` as the codec does.
 */
export async function readResponseRequest(body: Buffer, asking: ResponseAsking): Promise<ResponseRequest> {
  const sent = parseJsonBody(body, readJson);
  const { asked, ...held } = await withItems(sent, asking);
  if (!isStateful(asked)) {
    const whole = asked === sent ? body : readNested(() => bounded(asked as JsonObject, asking.bodyMaxBytes, "input"));
    return { body: whole, json: asked, turn: null, ...held };
  }
  const request = readNested(() => ingressOf("openai-responses").parseRequest(asked));
  const previousId = previousResponseIdOf(request);
  const previous = previousId === null ? null : await readPrevious(previousId, asking);
  const joined = previous === null ? asked : joinConversation(asked, previous.conversation);
  const isStored = asked["store"] === true && asking.store.keepsFor(asking.principal.tenant);
  // Providers keep nothing of it, whatever is kept here, and one that runs in the background needs to.
  const { background, ...rest } = joined;
  const json = { ...rest, store: false, ...(isStored ? includeOf(joined) : {}) };
  const losses = [
    ...(asked["store"] === true && !isStored ? [NOT_STORED] : []),
    ...(background === true ? [IN_FOREGROUND] : []),
  ];
  const head = { store: isStored, previous_response_id: previousId };
  const turn = isStored
    ? storedTurn({ head, losses, json, user: endUserName(request.user) }, asking)
    : { head, losses, keep: null };
  const whole = readNested(() => bounded(json, asking.bodyMaxBytes, previousId === null ? "input" : PREVIOUS));
  return { body: whole, json, turn, ...held, ...heldOf(previous) };
}

/** References beyond these are not looked up. */
const REFERENCES_MAX = 1_024;

type WithItems = { readonly asked: unknown; readonly residency?: readonly Residency[] };

/**
 * The request with the items that it refers to, as far as they are kept here. Of one that goes on from a response that
 * response says what it refers to; references to what only a provider may have kept stay, for the provider.
 */
async function withItems(asked: unknown, { store, principal }: ResponseAsking): Promise<WithItems> {
  const ids = store.keepsFor(principal.tenant) ? referencesOf(asked) : [];
  if (ids.length === 0 || ids.length > REFERENCES_MAX) return { asked };
  if (((asked as JsonObject)[PREVIOUS] ?? null) !== null) return { asked };
  const { items, residency } = await store.readItems(principal, ids);
  if (items.size === 0) return { asked };
  const whole = readNested(() => resolveReferences(asked as JsonObject, items));
  return { asked: whole, ...(residency.length === 0 ? {} : { residency }) };
}

function heldOf(previous: { residency?: readonly Residency[] | undefined } | null): Pick<ResponseRequest, "residency"> {
  return previous?.residency === undefined ? {} : { residency: previous.residency };
}

/** The id is the request's: a provider's own need not be the only one of its kind. */
function storedTurn(
  {
    head,
    losses,
    json,
    user,
  }: Pick<ResponseTurn, "head" | "losses"> & {
    readonly json: JsonObject;
    readonly user: string;
  },
  { store, principal, requestId }: ResponseAsking,
): ResponseTurn {
  const id = `resp_${requestId.replaceAll("-", "")}`;
  return {
    head: { ...head, id },
    losses,
    keep: (response, residency) => {
      const held = residency.length === 0 ? {} : { residency };
      return store.keep(principal, { id, user }, { response, input: conversationOf(json, response).input, ...held });
    },
  };
}

/** `store: false` is what holds without a word. */
function isStateful(asked: unknown): asked is JsonObject {
  if (typeof asked !== "object" || asked === null) return false;
  const { store, background, previous_response_id: previousId } = asked as JsonObject;
  return store === true || background === true || (previousId !== undefined && previousId !== null);
}

async function readPrevious(
  id: string,
  { store, principal }: ResponseAsking,
): Promise<{ conversation: ReturnType<typeof conversationOf>; residency?: readonly Residency[] | undefined }> {
  const stored = await store.read(principal, id);
  if (stored !== null) {
    const conversation = { input: stored.input, output: conversationOf({}, stored.response).output };
    return { conversation, residency: stored.residency };
  }
  throw new SignalboxError(
    "previous-response-not-found",
    `Previous response with id '${id.slice(0, 128)}' not found.`,
    {
      details: { param: "previous_response_id" },
    },
  );
}

/** A later turn needs the reasoning in a form that can be sent back; models that do not reason refuse to be asked for it. */
function includeOf({ include, reasoning }: JsonObject): JsonObject {
  const wanted = (reasoning ?? null) as JsonObject | null;
  const asked = (include ?? []) as readonly string[];
  if (wanted === null || wanted["effort"] === "none" || asked.includes(ENCRYPTED_REASONING)) return {};
  return { include: [...asked, ENCRYPTED_REASONING] };
}

function bounded(fields: JsonObject, maxBytes: number, param: string): Buffer {
  const body = Buffer.from(JSON.stringify(fields));
  if (body.length <= maxBytes) return body;
  throw new SignalboxError(
    "body-too-large",
    `The conversation, with what it goes on from, is larger than ${maxBytes} bytes.`,
    { details: { param } },
  );
}
