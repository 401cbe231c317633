import { SignalboxError, type ErrorCode } from "@signalbox/proto";

/** ok; the thing asked about failed (a replay differs, a log is tampered with, an id is unknown); it could not be asked at all. */
export const EXIT = { ok: 0, failed: 1, unable: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What the service said about the thing asked for; every other code means that it could not be asked. */
const ABOUT_THE_THING: ReadonlySet<ErrorCode> = new Set(["not-found", "model-not-found", "unprocessable"]);

/** An error of the command line: what is wrong, and on the next line what to do about it. */
export function failure(code: ErrorCode, message: string, todo: string): SignalboxError {
  return new SignalboxError(code, `${message}\n${todo}`);
}

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof SignalboxError && ABOUT_THE_THING.has(error.code) ? EXIT.failed : EXIT.unable;
}

/** For stderr: a sentence with what to do next, or one line of JSON. */
export function renderFailure(error: unknown, json: boolean): string {
  const known = error instanceof SignalboxError ? error : (fileFailure(error) ?? defect(error));
  return json ? JSON.stringify({ error: known.toJSON() }) : `signalbox: ${known.message}`;
}

/** Of a file that could not be read or written; null for every other error. */
function fileFailure(error: unknown): SignalboxError | null {
  const { path, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (path === undefined || message === undefined) return null;
  return failure("invalid-request", `${message}.`, "Check the path, and that you may read and write there.");
}

function defect(error: unknown): SignalboxError {
  return new SignalboxError("internal", error instanceof Error ? (error.stack ?? error.message) : String(error));
}
