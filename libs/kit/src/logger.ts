import { pino, type Logger } from "pino";

export type { Logger };

/** Paths that never reach a log line, whatever object they stand in. */
const REDACTED = [
  "authorization",
  "apiKey",
  "*.authorization",
  "*.apiKey",
  "headers.authorization",
  'headers["x-api-key"]',
  // PostgreSQL quotes there what stood in a row or a value.
  "err.detail",
  "err.where",
];

/** JSON lines on stderr (stdout belongs to commands' answers), with the service and instance on each. */
export function createLogger(service: string, options: { level: string; instance: string }): Logger {
  return pino(
    { level: options.level, base: { service, instance: options.instance }, redact: REDACTED },
    pino.destination({ dest: 2, sync: false }),
  );
}
