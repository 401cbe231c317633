import { BASE64, chatParts, geminiParts, responsesParts, type Sample } from "./sample.ts";

const URL = "https://example.com/a.png";
const PNG = `data:image/png;base64,${BASE64}`;
const PDF = `data:application/pdf;base64,${BASE64}`;

/** Roles and parts of messages. */
export const CONTENT_SAMPLES: readonly Sample[] = [
  {
    feature: "system text",
    said: {
      "openai-chat": {
        messages: [
          { role: "system", content: "Be kind." },
          { role: "user", content: "Hello" },
        ],
      },
      "openai-responses": { instructions: "Be kind." },
      "anthropic-messages": { system: "Be kind." },
      gemini: { systemInstruction: { parts: [{ text: "Be kind." }] } },
    },
  },
  {
    feature: "system text in mid-conversation",
    said: {
      "openai-chat": {
        messages: [
          { role: "user", content: "Hello" },
          { role: "system", content: "Be kind." },
        ],
      },
      "openai-responses": {
        input: [
          { role: "user", content: "Hello" },
          { role: "system", content: "Be kind." },
        ],
      },
    },
  },
  {
    feature: "developer text",
    said: {
      "openai-chat": {
        messages: [
          { role: "developer", content: "Be kind." },
          { role: "user", content: "Hello" },
        ],
      },
      "openai-responses": {
        input: [
          { role: "developer", content: "Be kind." },
          { role: "user", content: "Hello" },
        ],
      },
    },
  },
  {
    feature: "image",
    said: {
      "openai-chat": chatParts({ type: "image_url", image_url: { url: PNG } }),
      "openai-responses": responsesParts({ type: "input_image", image_url: PNG }),
      "anthropic-messages": chatParts({
        type: "image",
        source: { type: "base64", media_type: "image/png", data: BASE64 },
      }),
      gemini: geminiParts({ inlineData: { mimeType: "image/png", data: BASE64 } }),
    },
  },
  {
    feature: "image by URL",
    said: {
      "openai-chat": chatParts({ type: "image_url", image_url: { url: URL } }),
      "openai-responses": responsesParts({ type: "input_image", image_url: URL }),
      "anthropic-messages": chatParts({ type: "image", source: { type: "url", url: URL } }),
      gemini: geminiParts({ fileData: { mimeType: "image/png", fileUri: URL } }),
    },
  },
  {
    feature: "an image's detail",
    said: {
      "openai-chat": chatParts({ type: "image_url", image_url: { url: PNG, detail: "high" } }),
      "openai-responses": responsesParts({ type: "input_image", image_url: PNG, detail: "high" }),
    },
  },
  {
    feature: "PDF",
    said: {
      "openai-chat": chatParts({ type: "file", file: { filename: "a.pdf", file_data: PDF } }),
      "openai-responses": responsesParts({ type: "input_file", filename: "a.pdf", file_data: PDF }),
      "anthropic-messages": chatParts({
        type: "document",
        source: { type: "base64", media_type: "application/pdf", data: BASE64 },
      }),
      gemini: geminiParts({ inlineData: { mimeType: "application/pdf", data: BASE64 } }),
    },
  },
  {
    feature: "document to cite from",
    said: {
      "anthropic-messages": chatParts({
        type: "document",
        source: { type: "text", media_type: "text/plain", data: "Facts." },
        citations: { enabled: true },
      }),
    },
  },
  {
    feature: "audio",
    said: {
      "openai-chat": chatParts({ type: "input_audio", input_audio: { data: BASE64, format: "wav" } }),
      gemini: geminiParts({ inlineData: { mimeType: "audio/wav", data: BASE64 } }),
    },
  },
  {
    feature: "cache mark",
    said: {
      "openai-chat": { messages: [{ role: "user", content: [{ type: "text", text: "Hello", ...mark() }] }] },
      "anthropic-messages": { messages: [{ role: "user", content: [{ type: "text", text: "Hello", ...mark() }] }] },
    },
  },
  {
    feature: "earlier refusal",
    said: {
      "openai-chat": { messages: [{ role: "user", content: "Hello" }, { role: "assistant", refusal: "No." }, more()] },
      "openai-responses": {
        input: [more(), { role: "assistant", content: [{ type: "refusal", refusal: "No." }] }, more()],
      },
    },
  },
];

function mark(): object {
  return { cache_control: { type: "ephemeral" } };
}

function more(): object {
  return { role: "user", content: "Go on" };
}
