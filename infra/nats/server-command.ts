import { availableParallelism } from "node:os";

/** How late a timer of the server may be. No request waits for one of its timers. */
const TIMER_SLACK_NS = 1_000_000;
/** The share of the machine's cores that the server's Go code may use at once. */
const CORES_SHARE = 4;

type ServerCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/**
 * How a nats-server is run beside the services that it connects.
 *
 * Go's monitor thread sleeps for 20 µs at a time while there is work, so it interrupts what runs on its core thousands
 * of times a second. With slack the kernel wakes it once in a millisecond instead, and the whole line, not only the
 * server, takes less CPU for a request. The slack is an attribute of a process that a program cannot be started with,
 * so a shell sets its own and becomes the server. Other systems than Linux have no such attribute.
 *
 * The server takes a tenth of the line's CPU. With a quarter of the cores it has room, and its threads hand each
 * other less work. Its garbage is small and short-lived: at Go's defaults a collection every few megabytes takes two
 * fifths of its time. A heap that does grow is collected as often as ever, from the limit on.
 */
export function serverCommand(binary: string, args: readonly string[]): ServerCommand {
  const cores = Math.max(1, Math.floor(availableParallelism() / CORES_SHARE));
  const env = { GOGC: "400", GOMEMLIMIT: "512MiB", GOMAXPROCS: String(cores) };
  if (process.platform !== "linux") return { command: binary, args, env };
  const script = `echo ${TIMER_SLACK_NS} 2>/dev/null >/proc/self/timerslack_ns; exec "$0" "$@"`;
  return { command: "/bin/sh", args: ["-c", script, binary, ...args], env };
}
