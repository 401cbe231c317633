import type { FindingType } from "@signalbox/guard";
import type { RemoteGuard } from "@signalbox/proto";
import type { Logger } from "../logger.ts";
import { ConfigError } from "../read-config.ts";
import { askModeration } from "./ask-moderation.ts";
import { askPresidio } from "./ask-presidio.ts";
import { askWebhook } from "./ask-webhook.ts";
import { GuardCircuit } from "./guard-circuit.ts";
import type { AskRemote, RemoteFinding } from "./remote-finding.ts";

type Direction = "request" | "answer";

/** The guardrails of others that are asked over HTTP, all at once. */
export type RemoteGuards = {
  /** Resolves when all have answered or their time is over. Rejects never. */
  check(texts: readonly string[]): Promise<RemoteFinding[]>;
};

/** Of one that gave no answer: what is done then is `block` unless a rule says otherwise, or nothing at all. */
const CLOSED: FindingType = "remote.unavailable";
const OPEN: FindingType = "remote.skipped";

const MICRO = 1_000_000;

type Asked = Pick<RemoteGuard, "name" | "deadlineMs" | "onFailure" | "textMaxChars"> & {
  readonly ask: AskRemote;
  readonly circuit: GuardCircuit;
};

/** null when none looks at this direction. Throws ConfigError when the environment holds no key where one is named. */
export function openRemoteGuards(
  guards: readonly RemoteGuard[],
  {
    direction,
    log,
    env = process.env,
  }: { direction: Direction; log: Logger; env?: Readonly<Record<string, string | undefined>> },
): RemoteGuards | null {
  const asked = guards
    .filter(({ on }) => on.includes(direction))
    .map((guard): Asked => {
      const circuit = new GuardCircuit(() => performance.now());
      return { ...guard, ask: askOf(guard, direction, env), circuit };
    });
  if (asked.length === 0) return null;
  return {
    async check(texts) {
      const said = texts.filter((text) => text !== "");
      if (said.length === 0) return [];
      const found = await Promise.all(asked.map((each) => checkOne(each, texts, log)));
      return found.flat();
    },
  };
}

async function checkOne(guard: Asked, texts: readonly string[], log: Logger): Promise<RemoteFinding[]> {
  const chars = texts.reduce((sum, { length }) => sum + length, 0);
  if (chars > guard.textMaxChars) {
    return withoutAnswer(guard, log, `there are more than ${guard.textMaxChars} characters`);
  }
  const { circuit, name } = guard;
  if (!circuit.admits()) return findingWithout(guard);
  try {
    const found = await guard.ask(texts, AbortSignal.timeout(guard.deadlineMs));
    if (circuit.answered()) log.info({ guard: name }, "a remote guardrail answers again");
    return found;
  } catch (error) {
    const restMs = circuit.failed();
    if (restMs !== null) log.warn({ guard: name, restMs }, "a remote guardrail is down and is not asked for a while");
    return withoutAnswer(guard, log, reasonOf(error));
  }
}

function withoutAnswer(guard: Asked, log: Logger, reason: string): RemoteFinding[] {
  // The reason is the remote's own, or the machine's; neither is given the text again.
  log.warn({ guard: guard.name, reason, onFailure: guard.onFailure }, "a remote guardrail gave no answer");
  return findingWithout(guard);
}

function findingWithout({ onFailure }: Asked): RemoteFinding[] {
  return [{ type: onFailure === "closed" ? CLOSED : OPEN, text: 0, start: 0, end: 0 }];
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it failed";
  if (error.name === "TimeoutError") return "no answer in time";
  // What zod or JSON.parse say may repeat the answer, which may repeat the text.
  return error.constructor === Error ? error.message : error.name;
}

function askOf(guard: RemoteGuard, direction: Direction, env: Readonly<Record<string, string | undefined>>): AskRemote {
  const remote = { url: guard.url, headers: headersOf(guard, env) };
  switch (guard.kind) {
    case "webhook":
      return askWebhook(remote, direction);
    case "presidio":
      return askPresidio(remote, {
        ...guard,
        scoreMin: guard.scoreMin / MICRO,
        anonymizer: guard.anonymizerUrl === null ? null : { ...remote, url: guard.anonymizerUrl },
      });
    default:
      return askModeration(remote, { ...guard, threshold: guard.threshold === null ? null : guard.threshold / MICRO });
  }
}

function headersOf(
  { name, apiKeyEnv }: RemoteGuard,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  if (apiKeyEnv === null) return {};
  const key = env[apiKeyEnv];
  if (key === undefined || key === "")
    throw new ConfigError(`The remote guardrail ${name} needs a key: set ${apiKeyEnv} in the environment.`);
  return { authorization: `Bearer ${key}` };
}
