import type { TranslationLoss } from "@signalbox/proto";
import { objectsOf } from "../check/field-value.ts";
import { withLoss } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { type ReadFields, unreadFields } from "../neutral/unread-fields.ts";
import { readDetail } from "./media.ts";
import { readMedia } from "./read-part.ts";

const BLOB: ReadFields = { mimeType: "read", data: "read", fileUri: "read", displayName: "read" };

const PART: ReadFields = {
  text: "read",
  thought: "read",
  thoughtSignature: "read",
  inlineData: BLOB,
  fileData: BLOB,
  functionCall: { id: "read", name: "read", args: "read", partialArgs: "unheld", willContinue: "unheld" },
  functionResponse: {
    id: "read",
    name: "read",
    response: "read",
    parts: [{ inlineData: BLOB, fileData: BLOB, mediaProcessing: "unheld" }],
    scheduling: "unheld",
    willContinue: "unheld",
  },
  mediaResolution: { level: "read", numTokens: "unheld" },
  videoMetadata: "unheld",
  partMetadata: "unheld",
  mediaProcessing: "unheld",
  speechMetadata: "unheld",
  audioTranscription: "unheld",
  // Of these the target's codec says that it cannot take them.
  executableCode: "read",
  codeExecutionResult: "read",
  toolCall: "read",
  toolResponse: "read",
};

const CONTENT: ReadFields = { role: "read", parts: [PART] };

const GENERATION: ReadFields = {
  temperature: "read",
  topP: "read",
  topK: "read",
  candidateCount: "read",
  maxOutputTokens: "read",
  stopSequences: "read",
  seed: "read",
  presencePenalty: "read",
  frequencyPenalty: "read",
  responseLogprobs: "read",
  logprobs: "read",
  responseMimeType: "read",
  responseSchema: "read",
  responseJsonSchema: "read",
  thinkingConfig: { includeThoughts: "read", thinkingBudget: "read", thinkingLevel: "read" },
  responseModalities: "unheld",
  speechConfig: "unheld",
  imageConfig: "unheld",
  mediaResolution: "unheld",
  audioTimestamp: "unheld",
  audioTranscriptionConfig: "unheld",
  enableEnhancedCivicAnswers: "unheld",
  modelConfig: "unheld",
  routingConfig: "unheld",
};

const DECLARATION: ReadFields = {
  name: "read",
  description: "read",
  parameters: "read",
  parametersJsonSchema: "read",
  behavior: "unheld",
  response: "unheld",
  responseJsonSchema: "unheld",
};

/** What the parser reads of a request; `unheld` is what this format defines and no other has. */
const REQUEST: ReadFields = {
  model: "read",
  contents: [CONTENT],
  systemInstruction: CONTENT,
  tools: [{ functionDeclarations: [DECLARATION] }],
  toolConfig: {
    functionCallingConfig: { mode: "read", allowedFunctionNames: "read", streamFunctionCallArguments: "unheld" },
    retrievalConfig: "unheld",
    includeServerSideToolInvocations: "unheld",
  },
  generationConfig: GENERATION,
  safetySettings: "unheld",
  cachedContent: "unheld",
  continuationToken: "unheld",
  modelArmorConfig: "unheld",
  outputConfig: "unheld",
  store: "unheld",
  labels: "read",
  serviceTier: "read",
};

/** A provider's own tool is no unknown field: the target's codec says that it cannot take it. */
const OWN_TOOL = /^tools\[\d+\]\.(?!functionDeclarations)/;

/** Only where answers of another kind than text are asked for is something lost. */
const TEXT_ALONE = (value: unknown): boolean => Array.isArray(value) && value.every((each) => each === "TEXT");

/** Fields of a request of this format that the neutral form does not hold. */
export function unread(request: NeutralRequest): readonly TranslationLoss[] {
  const { body } = request.source;
  const { responseModalities: asked } = (body["generationConfig"] ?? {}) as { responseModalities?: unknown };
  const fields = unreadFields(body, REQUEST).filter(({ path }) => {
    return !OWN_TOOL.test(path) && !(path === "generationConfig.responseModalities" && TEXT_ALONE(asked));
  });
  return unreadResolutions(body["contents"]).reduce(withLoss, fields);
}

/** How fine a video or a document is read: the neutral form holds it of images alone. */
function unreadResolutions(contents: unknown): TranslationLoss[] {
  return objectsOf(contents).flatMap(({ parts }, index) =>
    objectsOf(parts).flatMap((part, at): TranslationLoss[] => {
      const media = readDetail(part["mediaResolution"]) === null ? null : readMedia(part);
      if (media === null || media.kind === "image") return [];
      const path = `contents[${index}].parts[${at}].mediaResolution`;
      return [{ path, what: "mediaResolution", why: "no-equivalent" }];
    }),
  );
}
