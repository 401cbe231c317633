import { AUDIT_STREAM } from "@signalbox/proto";
import type { RuntimeFile } from "../connection.ts";
import { formatBytes } from "../format/bytes.ts";
import { asNatsOperator } from "../nats-operator.ts";
import { fail, ok, warn, type Check, PROBE_TIMEOUT_MS } from "./check.ts";
import { endpointsCheck } from "./endpoints.ts";
import { serversCheck } from "./servers.ts";
import { servicesCheck } from "./services.ts";
import { stagesCheck } from "./stages.ts";

/** Above this share the queue is on its way to refusing requests. */
const FILL_WARN_SHARE = 0.5;
const FILL_FAIL_SHARE = 0.95;

const READ_LOGS = "Read the service's log below <home>/logs, or stop the line and start it again with `npm start`.";

/** The running line: whether it takes requests, whether its processes live, and how full its queue is. */
export function lineChecks(baseUrl: string | null, runtime: RuntimeFile | null): Check[] {
  if (baseUrl === null) return [notRunning()];
  const { pids, natsUrl, metricsUrls } = runtime ?? {};
  return [
    readyCheck(baseUrl),
    ...serversCheck(runtime ?? {}),
    ...(pids === undefined ? [] : [processesCheck(pids)]),
    ...(metricsUrls === undefined ? [] : [servicesCheck(metricsUrls)]),
    ...(natsUrl === undefined ? [] : [stagesCheck(natsUrl), endpointsCheck(natsUrl), queueCheck(natsUrl)]),
  ];
}

function notRunning(): Check {
  return {
    name: "line",
    look: () => Promise.resolve(warn("no line runs from this home folder", "Start it with `npm start`.")),
  };
}

function readyCheck(baseUrl: string): Check {
  return {
    name: "line",
    look: async () => {
      try {
        const response = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
        const words = (await response.text()).trim().slice(0, 600);
        if (response.ok) return ok(`${baseUrl} is ready`);
        return fail(`${baseUrl} is not ready: ${words}`, READ_LOGS);
      } catch {
        const todo =
          "Read <home>/logs/ingress.log; where no line runs, start it with `npm start`, or name another with --url.";
        return fail(`${baseUrl} does not answer`, todo);
      }
    },
  };
}

function processesCheck(pids: Readonly<Record<string, number>>): Check {
  return {
    name: "processes",
    look: () => {
      const dead = Object.entries(pids).filter(([, pid]) => !isAlive(pid));
      const count = Object.keys(pids).length;
      if (dead.length === 0) return Promise.resolve(ok(`all ${count} live`));
      const named = dead.map(([name, pid]) => `${name} (${pid})`).join(", ");
      return Promise.resolve(fail(`gone: ${named}`, READ_LOGS));
    },
  };
}

/** The AUDIT queue: a full one refuses requests, so its fill level is the first thing to know. */
function queueCheck(natsUrl: string): Check {
  return {
    name: "audit queue",
    look: async () => {
      try {
        const { messages, bytes, share } = await queueLevel(natsUrl);
        const detail = `${messages} messages, ${formatBytes(bytes)}, ${(share * 100).toFixed(1)} % full`;
        const todo = "See that audit-ledger and PostgreSQL run and keep up; the queue drains as they commit.";
        if (share >= FILL_FAIL_SHARE) return fail(detail, todo);
        return share >= FILL_WARN_SHARE ? warn(detail, todo) : ok(detail);
      } catch (error) {
        return fail(`NATS does not tell: ${(error as Error).message}`, READ_LOGS);
      }
    },
  };
}

function queueLevel(natsUrl: string): Promise<{ messages: number; bytes: number; share: number }> {
  return asNatsOperator(natsUrl, async (connection) => {
    const manager = await connection.jetstreamManager({ timeout: PROBE_TIMEOUT_MS });
    const { config, state } = await manager.streams.info(AUDIT_STREAM.name);
    // A limit of -1 is none.
    const shares = [filled(state.messages, config.max_msgs), filled(state.bytes, config.max_bytes)];
    return { messages: state.messages, bytes: state.bytes, share: Math.max(...shares) };
  });
}

function filled(part: number, limit: number): number {
  return limit > 0 ? part / limit : 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
