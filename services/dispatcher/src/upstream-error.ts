import { SignalboxError, type ErrorCode } from "@signalbox/proto";

/** Codes by which a connection ends that stood, or seemed to: an idle one that the provider closed looks like this. */
const RESETS = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** Codes of what came and makes no sense: compressed wrongly, no HTTP, or with headers that do not end. */
const UNREADABLE = /^(?:Z_|ERR_BROTLI|HPE_|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_)/;

/** A failure below the dialect, as an error that may be shown: it names the provider and the kind of failure, never an address. */
export function networkError(error: unknown, provider: string): SignalboxError {
  if (error instanceof SignalboxError) return error;
  const code = codeOf(error);
  if (code === "" || UNREADABLE.test(code)) return unreadable(error, provider);
  const [kind, message] = describe(code, provider);
  return new SignalboxError(kind, message, { cause: error, details: { provider, upstreamCode: code } });
}

/** Also of an answer that nests deeper than the stack. */
function unreadable(error: unknown, provider: string): SignalboxError {
  return new SignalboxError("upstream-error", `The answer of ${provider} could not be read.`, {
    cause: error,
    details: { provider },
  });
}

/** Whether the connection broke, so that the same endpoint may be asked again at once. */
export function isReset(error: unknown): boolean {
  return RESETS.has(codeOf(error));
}

function describe(code: string, provider: string): [ErrorCode, string] {
  if (RESETS.has(code) || code === "ERR_STREAM_PREMATURE_CLOSE") {
    return ["upstream-unreachable", `The connection to ${provider} broke off.`];
  }
  const isTimeout = code.includes("TIMEOUT") || code === "ETIMEDOUT";
  if (isTimeout) return ["upstream-timeout", `${provider} did not answer in time.`];
  return ["upstream-unreachable", `${provider} cannot be reached.`];
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^\w{1,64}$/.test(code) ? code : "";
}
