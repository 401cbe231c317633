import type { SignalboxError, TranslationLoss, Usage, WireName } from "@signalbox/proto";
import type { UpstreamFailure } from "./error/upstream-failure.ts";
import type { EventParser, WireEvent } from "./framing.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import type { AnswerDefaults, NeutralResponse } from "./neutral/response.ts";
import type { ToolNames } from "./neutral/sent-names.ts";
import type { BodyForm, JsonObject } from "./neutral/source.ts";
import type { NeutralChunk } from "./neutral/stream-event.ts";
import type { StreamProgress } from "./neutral/stream-progress.ts";
import type { RequestQuirks } from "./request-quirks.ts";

export type RenderRequestOptions = {
  /** The model's name at the provider. */
  readonly model: string;
  /** The most output tokens for each choice; null leaves the request's own bound, if it has one. */
  readonly maxOutputTokens: number | null;
  /** Of a host of openai-chat; the other wires read none. */
  readonly quirks?: RequestQuirks;
  /** Of Azure: the dated version of its API, e.g. `2024-10-21`; absent: the v1 form, which has none. The other wires read none. */
  readonly apiVersion?: string;
};

export type RenderedRequest = {
  /** Below the provider's base URL, with its query if it has one: begins with a slash. */
  readonly path: string;
  /** What the wire itself asks for, by lower-case name; neither credentials nor content type. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly [field: string]: unknown };
  /** What the wire cannot express. Of fields that nobody knows nothing is said here: `IngressCodec.unread` does. */
  readonly losses: readonly TranslationLoss[];
  /** Where names of tools were sent that the caller does not know: what calls in the answer are renamed by. */
  readonly toolNames?: ToolNames;
};

export type ParseResponseOptions = {
  readonly provider: string;
  /** What must never be shown. */
  readonly secrets: readonly string[];
  /** `model` is the model's name at the provider. */
  readonly defaults: AnswerDefaults;
  /** Of a host of openai-chat; the other wires read none. */
  readonly quirks?: RequestQuirks;
};

export type ReadStreamOptions = ParseResponseOptions & {
  /** How many choices were asked for. */
  readonly choices: number;
};

/** What is known of a provider's stream between two events; each wire adds its own fields. */
export type ReadState = { readonly options: ReadStreamOptions; readonly progress: StreamProgress };

/**
 * A provider's side of a wire: pure functions from the neutral form and to it. A stream's reader is a reducer; its state is opaque
 * but for `progress`, and is only ever given back to the codec that made it.
 */
export type EgressCodec<State extends ReadState = ReadState> = {
  readonly wire: WireName;
  /** The form of this wire's bodies. A request that was read from it is overlaid and not built anew, and loses nothing. */
  readonly form: BodyForm;
  /** The names of tools that its providers take. What is built anew has others under names that all wires take (`neutral/sent-names.ts`). */
  readonly toolName: RegExp;
  /** The headers that carry a provider's key. */
  credentials(key: string): Readonly<Record<string, string>>;
  renderRequest(request: NeutralRequest, options: RenderRequestOptions): RenderedRequest;
  /** Reads a whole answer. Throws an `upstream-*` error when it is none: an error inside a 200, no choices, a provider's failure as finish reason. */
  parseResponse(body: unknown, options: ParseResponseOptions): NeutralResponse;
  /** The usage that a whole body names, also one that is no answer. Null: it names none. */
  reportedUsage(body: JsonObject): Usage | null;
  /** How to cut the answer to a request for a stream into events, by its content type; null: the answer came whole. */
  openEvents(contentType: string): EventParser | null;
  startReading(options: ReadStreamOptions): State;
  /** Reads one event. After the stream's end (`progress.end`) nothing more is read. */
  readEvent(state: State, event: WireEvent): readonly [State, readonly NeutralChunk[]];
  /** What only the end of the body tells, to be asked for before `readEnd`. Absent: nothing. */
  lastChunks?(state: State): readonly NeutralChunk[];
  /** The body is over: afterwards `progress.end` is not open. */
  readEnd(state: State): State;
  /** A provider's answer that is no success, as an error that may be shown to the caller. */
  parseError(failure: UpstreamFailure): SignalboxError;
};
