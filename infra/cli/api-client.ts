import { ERROR_CODES, SignalboxError, type ErrorCode } from "@signalbox/proto";
import { z } from "zod";
import type { Connection } from "./connection.ts";
import { failure } from "./failure.ts";

/** Long enough for a replay of one decision on a busy machine. */
const REQUEST_TIMEOUT_MS = 30_000;
const FAREWELL_TIMEOUT_MS = 2_000;

type Query = Readonly<Record<string, string | number | undefined>>;

/** The HTTP API of a running line. All calls throw a SignalboxError that says what to do next. */
export type ApiClient = {
  readonly baseUrl: string;
  /** Calls and checks the answer against the fields that the caller reads. */
  call<S extends z.ZodType>(
    schema: S,
    call: { method?: string; path: string; query?: Query; body?: unknown },
  ): Promise<z.infer<S>>;
  /** Calls and gives back the answer as text. */
  text(path: string, query: Query): Promise<string>;
  /** A last call of a client that was told to stop; what becomes of it is not waited for long, and no failure is told. */
  farewell(call: { method: string; path: string }): Promise<void>;
  /** An open response of server-sent events. */
  openEvents(path: string, query: Query, signal: AbortSignal): Promise<Response>;
};

export function createApiClient({ baseUrl, key }: Pick<Connection, "baseUrl" | "key">, stop: AbortSignal): ApiClient {
  const send = async (url: string, init: RequestInit): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      throw unreachable(baseUrl, error);
    }
    if (!response.ok) throw await refusal(response);
    return response;
  };
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };
  return {
    baseUrl,
    async call(schema, { method = "GET", path, query = {}, body }) {
      const response = await send(urlOf(baseUrl, path, query), {
        method,
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        signal: AbortSignal.any([stop, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const parsed = schema.safeParse(await response.json().catch(() => null));
      if (parsed.success) return parsed.data;
      throw failure(
        "internal",
        `${baseUrl}${path} answered in a form that this command does not know (${z.prettifyError(parsed.error)}).`,
        "Check that --url names a Signalbox, and that this checkout has its version.",
      );
    },
    async text(path, query) {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
      const { accept: _json, ...anything } = headers;
      return (await send(urlOf(baseUrl, path, query), { headers: anything, signal })).text();
    },
    async farewell({ method, path }) {
      const signal = AbortSignal.timeout(FAREWELL_TIMEOUT_MS);
      await fetch(urlOf(baseUrl, path, {}), { method, headers, signal }).catch(() => {});
    },
    openEvents: (path, query, signal) =>
      send(urlOf(baseUrl, path, query), {
        headers: { ...headers, accept: "text/event-stream" },
        signal: AbortSignal.any([stop, signal]),
      }),
  };
}

function urlOf(baseUrl: string, path: string, query: Query): string {
  const url = new URL(baseUrl + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

function unreachable(baseUrl: string, error: unknown): SignalboxError {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return failure(
      "deadline-exceeded",
      `${baseUrl} did not answer within ${REQUEST_TIMEOUT_MS / 1_000} s.`,
      "Look at it with `npm run -s signalbox -- doctor`.",
    );
  }
  const cause = (error as { cause?: { code?: string } }).cause?.code ?? "";
  return failure(
    "stage-unavailable",
    `Cannot reach ${baseUrl}${cause === "" ? "" : ` (${cause})`}.`,
    "Start Signalbox with `npm start`, or name the line with --home DIR or --url URL; `doctor` looks closer.",
  );
}

const ErrorAnswer = z.looseObject({ error: z.looseObject({ message: z.string(), code: z.string().nullish() }) });

/** The service's own words, and what to do where the status says it. */
async function refusal(response: Response): Promise<SignalboxError> {
  const answer = ErrorAnswer.safeParse(await response.json().catch(() => null)).data?.error;
  const code = errorCodeOf(response.status, answer?.code);
  const message = answer?.message ?? `The answer was HTTP ${response.status}.`;
  return failure(code, message, TODO[response.status] ?? "Look at the line with `npm run -s signalbox -- doctor`.");
}

const TODO: Readonly<Record<number, string>> = {
  400: "See this command's --help.",
  401: "Give a key that is neither revoked nor expired with --key or SIGNALBOX_ADMIN_KEY; the first start's keys lie in <home>/credentials.",
  403: "This needs a key that may do more, such as an admin key: the first one is adminKey in <home>/credentials.",
  404: "Check the name or id: the `list` of the same command, such as `decisions list` or `keys list`, shows what there is.",
  503: "Try again in a moment; `npm run -s signalbox -- doctor` says which stage is missing.",
};

/** The service's code when it is one of the closed set, else the first code with this HTTP status. */
function errorCodeOf(httpStatus: number, code: string | null | undefined): ErrorCode {
  const dashed = code?.replaceAll("_", "-") ?? "";
  if (Object.hasOwn(ERROR_CODES, dashed)) return dashed as ErrorCode;
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  return codes.find((known) => ERROR_CODES[known].http === httpStatus) ?? "internal";
}
