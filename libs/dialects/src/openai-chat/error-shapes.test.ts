import { describeErrorShapes, type ErrorShape } from "../error/error-shapes.test-kit.ts";

function openai(message: string, type: string, code: string | null): object {
  return { error: { message, type, param: null, code } };
}

const NO_KEY =
  "Incorrect API key provided: [redacted]. You can find your API key at https://platform.openai.com/account/api-keys.";
const NO_MODEL = "The model `gpt-9` does not exist or you do not have access to it.";
const TOO_LONG =
  "This model's maximum context length is 8192 tokens. However, your messages resulted in 10346 tokens. Please reduce the length of the messages.";

/** OpenAI first, then what hosts of its dialect say in other words; the sources are their own pages on errors, and issues with the bodies. */
const SHAPES: readonly ErrorShape[] = [
  {
    what: "key, OpenAI",
    status: 401,
    body: openai(NO_KEY.replace("[redacted]", "sk-abcdefgh1234"), "invalid_request_error", "invalid_api_key"),
    code: "upstream-auth",
    says: NO_KEY,
  },
  {
    what: "key, xAI",
    status: 400,
    body: {
      code: "Client specified an invalid argument",
      error: "Incorrect API key provided: ch***EY. You can obtain an API key from https://console.x.ai.",
    },
    code: "upstream-auth",
    says: "Incorrect API key provided: ch***EY. You can obtain an API key from https://console.x.ai.",
  },
  {
    what: "key, DeepSeek",
    status: 401,
    body: openai("Authentication Fails (no such user)", "authentication_error", "invalid_request_error"),
    code: "upstream-auth",
    says: "Authentication Fails (no such user)",
  },
  {
    what: "key, NVIDIA",
    status: 401,
    body: { status: 401, title: "Unauthorized", detail: "Authentication failed" },
    code: "upstream-auth",
    says: "Authentication failed",
  },
  {
    what: "key, Perplexity",
    status: 401,
    body: "<html><head><title>401 Authorization Required</title></head></html>",
    code: "upstream-auth",
    says: "The provider answered with status 401.",
  },
  {
    what: "model, OpenAI",
    status: 404,
    body: openai(NO_MODEL, "invalid_request_error", "model_not_found"),
    code: "upstream-not-found",
    says: NO_MODEL,
  },
  {
    what: "model, OpenAI, of a project without it",
    status: 403,
    body: openai("Project `proj_1` does not have access to model `m`", "invalid_request_error", "model_not_found"),
    code: "upstream-not-found",
    says: "Project `proj_1` does not have access to model `m`",
  },
  {
    what: "model, DeepSeek",
    status: 400,
    body: openai("Model Not Exist", "invalid_request_error", "invalid_request_error"),
    code: "upstream-not-found",
    says: "Model Not Exist",
  },
  {
    what: "model, Z.AI",
    status: 400,
    body: { error: { code: "1211", message: "Unknown Model, please check the model code." } },
    code: "upstream-not-found",
    says: "Unknown Model, please check the model code.",
  },
  {
    what: "model, OpenRouter",
    status: 400,
    body: { error: { message: "acme/nothing is not a valid model ID", code: 400 }, user_id: "u" },
    code: "upstream-not-found",
    says: "acme/nothing is not a valid model ID",
  },
  {
    what: "model, Ollama",
    status: 404,
    body: openai('model "m" not found, try pulling it first', "api_error", null),
    code: "upstream-not-found",
    says: 'model "m" not found, try pulling it first',
  },
  {
    what: "context, OpenAI",
    status: 400,
    body: openai(TOO_LONG, "invalid_request_error", "context_length_exceeded"),
    code: "upstream-invalid-request",
    says: TOO_LONG,
  },
  {
    what: "context, vLLM",
    status: 400,
    body: { object: "error", message: TOO_LONG, type: "BadRequestError", param: null, code: 400 },
    code: "upstream-invalid-request",
    says: TOO_LONG,
  },
  {
    what: "context, Groq",
    status: 400,
    body: openai(
      "Please reduce the length of the messages or completion.",
      "invalid_request_error",
      "context_length_exceeded",
    ),
    code: "upstream-invalid-request",
    says: "Please reduce the length of the messages or completion.",
  },
  {
    what: "context, Alibaba",
    status: 400,
    body: openai("Range of input length should be [1, 30720]", "invalid_request_error", "invalid_parameter_error"),
    code: "upstream-invalid-request",
    says: "Range of input length should be [1, 30720]",
  },
  {
    what: "context, Moonshot",
    status: 400,
    body: openai("Invalid request: Your request exceeded model token limit: 8192", "invalid_request_error", null),
    code: "upstream-invalid-request",
    says: "Invalid request: Your request exceeded model token limit: 8192",
  },
  {
    what: "context, Z.AI",
    status: 400,
    body: { error: { code: "1261", message: "Prompt exceeds max length" } },
    code: "upstream-invalid-request",
    says: "Prompt exceeds max length",
  },
  {
    what: "context, xAI",
    status: 400,
    body: {
      code: "Client specified an invalid argument",
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    },
    code: "upstream-invalid-request",
    says: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
  },
  {
    what: "context, llama.cpp",
    status: 400,
    body: {
      error: {
        code: 400,
        message: "the request exceeds the available context size, try increasing it",
        type: "exceed_context_size_error",
        n_prompt_tokens: 9,
        n_ctx: 8,
      },
    },
    code: "upstream-invalid-request",
    says: "the request exceeds the available context size, try increasing it",
  },
];

describeErrorShapes("openai-chat", SHAPES);
