/** The closed set of error codes: code → HTTP status and gRPC status. Only ingress renders them, in the caller's dialect. */
export const ERROR_CODES = {
  "invalid-request": { http: 400, grpc: 3 },
  /** The stored response that a request goes on from is not there: unknown, another tenant's, or past its lifetime. */
  "previous-response-not-found": { http: 400, grpc: 5 },
  "invalid-api-key": { http: 401, grpc: 16 },
  forbidden: { http: 403, grpc: 7 },
  "not-found": { http: 404, grpc: 5 },
  "model-not-found": { http: 404, grpc: 5 },
  "method-not-allowed": { http: 405, grpc: 12 },
  "request-timeout": { http: 408, grpc: 4 },
  "body-too-large": { http: 413, grpc: 8 },
  "unsupported-media-type": { http: 415, grpc: 3 },
  unprocessable: { http: 422, grpc: 3 },
  "rate-limited": { http: 429, grpc: 8 },
  "budget-exceeded": { http: 429, grpc: 8 },
  "policy-refused": { http: 403, grpc: 7 },
  "content-blocked": { http: 400, grpc: 9 },
  "no-candidate": { http: 400, grpc: 9 },
  /** With a shorter prompt an endpoint could serve the request: agents shorten their conversation by this word. */
  "context-length-exceeded": { http: 400, grpc: 9 },
  "none-healthy": { http: 503, grpc: 14 },
  "stage-unavailable": { http: 503, grpc: 14 },
  "audit-unavailable": { http: 503, grpc: 14 },
  overloaded: { http: 503, grpc: 14 },
  "dispatcher-lost": { http: 503, grpc: 14 },
  "deadline-exceeded": { http: 504, grpc: 4 },
  "client-aborted": { http: 499, grpc: 1 },
  "upstream-invalid-request": { http: 400, grpc: 3 },
  "upstream-auth": { http: 502, grpc: 14 },
  "upstream-not-found": { http: 502, grpc: 14 },
  "upstream-rate-limited": { http: 429, grpc: 8 },
  "upstream-error": { http: 502, grpc: 14 },
  "upstream-timeout": { http: 504, grpc: 4 },
  "upstream-unreachable": { http: 502, grpc: 14 },
  internal: { http: 500, grpc: 13 },
} as const satisfies Record<string, { http: number; grpc: number }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What may stand beside an error: all of it is safe to show to the caller. */
export type ErrorDetails = {
  /** The request field at fault, e.g. `messages[0].content`. */
  readonly param?: string;
  /** When to try again. */
  readonly retryAfterMs?: number;
  /** The stage that failed or was missing. */
  readonly stage?: string;
  readonly provider?: string;
  /** The provider's own HTTP status, error code and type. */
  readonly upstreamStatus?: number;
  readonly upstreamCode?: string;
  readonly upstreamType?: string;
  /** What is wrong in files that were sent, each with its line and what would be right. */
  readonly problems?: readonly { readonly file: string; readonly line: number; readonly text: string }[];
};

/** An error as it crosses a process boundary. */
type ErrorJson = { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails };

/** The one error class. `message` is for the caller; `cause` stays inside. */
export class SignalboxError extends Error {
  override readonly name = "SignalboxError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get httpStatus(): number {
    return ERROR_CODES[this.code].http;
  }

  toJSON(): ErrorJson {
    return { code: this.code, message: this.message, details: this.details };
  }

  /** Total: what is not a SignalboxError becomes `internal` with its detail kept as the cause, away from the caller. */
  static from(error: unknown): SignalboxError {
    if (error instanceof SignalboxError) return error;
    return new SignalboxError("internal", "An internal error occurred.", { cause: error });
  }

  /** Reads what `toJSON` wrote; an unknown code becomes `internal`. */
  static fromJson(json: unknown): SignalboxError {
    if (typeof json !== "object" || json === null) return SignalboxError.from(json);
    const { code, message, details } = json as Partial<ErrorJson>;
    const known = code !== undefined && Object.hasOwn(ERROR_CODES, code) ? code : "internal";
    return new SignalboxError(known, message ?? "An internal error occurred.", { details: details ?? {} });
  }
}
