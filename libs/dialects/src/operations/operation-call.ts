import type { TranslationLoss, Usage, WireName } from "@signalbox/proto";
import type { JsonObject, RequestEnvelope } from "../neutral/source.ts";
import type { OperationShape } from "./operation-shape.ts";

/** What a request says outside its body. A model that stands here is that of a caller who speaks Gemini's dialect. */
export type OperationEnvelope = Pick<RequestEnvelope, "contentType" | "model">;

/** A request as the provider gets it. */
export type RenderedOperation = {
  /** Below the provider's base URL: begins with a slash. */
  readonly path: string;
  /** By lower-case name; neither credentials nor content type. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject | Buffer;
  /** Of a body that is no JSON; null: it is. */
  readonly contentType: string | null;
  /** What the wire cannot express. */
  readonly losses: readonly TranslationLoss[];
};

/** A provider's whole answer in the caller's form, which is OpenAI's but for embeddings that were asked for in Gemini's. */
export type OperationAnswer = {
  /** A text is one that the caller asked for, such as subtitles: it is given out as it came. */
  readonly body: JsonObject | string;
  /** Null: the provider reported none in tokens. */
  readonly usage: Usage | null;
  /** UTF-16 units of all that was generated. */
  readonly outputChars: number;
};

export type ReadOperationOptions = {
  readonly provider: string;
  /** What must never be shown. */
  readonly secrets: readonly string[];
  /** The model's name at the provider, for answers that do not say it. */
  readonly model: string;
};

/** A request for an operation beside chat, read and checked, ready to be sent to any wire that speaks the operation. */
export type OperationCall = {
  readonly shape: OperationShape;
  /** What is said in it, for a classifier to read. */
  readonly text: string;
  readonly user: string | null;
  /** JSON that is the same for the same request, however it was written. */
  readonly canonical: JsonObject;
  /** The fields that can change the answer, when the same request has the same answer; null: no answer to it is kept. */
  readonly cacheFields: JsonObject | null;
  /** Whether a usage that nobody reported can be told from the request: not where what is generated has no text. */
  readonly isMeasurable: boolean;
  /** Whether an answer that is no JSON is one that was asked for. */
  readonly takesText: boolean;
  /** Throws `unprocessable` for what only other wires can take, or for a wire that does not speak the operation. */
  renderFor(wire: WireName, model: string): RenderedOperation;
  /** `answer` is JSON, or a text where the content type was none of JSON's. Throws `upstream-error` when it is no answer. */
  readAnswer(wire: WireName, answer: unknown, options: ReadOperationOptions): OperationAnswer;
};
