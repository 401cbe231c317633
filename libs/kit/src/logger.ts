import { pino, type Logger } from "pino";

export type { Logger };

const WAITING_MAX_BYTES = 1_048_576;

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
export function createLogger(service: string, options: { logLevel: string; instance: string }): Logger {
  return pino(
    { level: options.logLevel, base: { service, instance: options.instance }, redact: REDACTED },
    stderrLines(),
  );
}

/** What a full disk does not take stays in memory up to a bound, and is written once there is room. */
function stderrLines(): ReturnType<typeof pino.destination> {
  const lines = pino.destination({ dest: 2, sync: false, maxLength: WAITING_MAX_BYTES });
  let isRefused = false;
  // Unheard, a line that cannot be written would end the service.
  lines.on("error", () => {
    isRefused = true;
  });
  lines.on("write", () => {
    isRefused = false;
  });
  // At the end of the process it would try the same bytes again for ever.
  const flush = lines.flushSync.bind(lines);
  lines.flushSync = () => {
    if (!isRefused) flush();
  };
  return lines;
}
