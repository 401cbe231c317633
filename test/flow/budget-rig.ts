import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type ReceivedRequest, type Script, type Upstream } from "../kit/upstream.ts";

const POLICY = join(import.meta.dirname, "../../services/policy/src/main.ts");
const READY_LIMIT_MS = 20_000;
const SETTLE_LIMIT_MS = 20_000;

/** Micro-USD per million tokens, of the model that is asked; the other one costs ten times as much. */
export const INPUT_PRICE = 1_000_000n;
export const OUTPUT_PRICE = 4_000_000n;

type BudgetRow = {
  readonly budget: string;
  readonly amount: bigint;
  readonly settled: bigint;
  readonly outstanding: bigint;
  readonly escrow: bigint;
  readonly excess: bigint;
};

/** A whole line with several policy processes, and a provider that keeps to `max_tokens` or does not. */
export type BudgetRig = AsyncDisposable & {
  readonly line: TestLine;
  readonly upstream: Upstream;
  /** As the owner of the tables. */
  readonly owner: Pool;
  /** Starts one more policy process. */
  addPolicy(): Promise<ChildProcess>;
  chat(body: object, options?: { key?: string; headers?: Record<string, string> }): Promise<Response>;
  /** The accounts of a budget, all windows of it together. */
  account(budget: string): Promise<BudgetRow>;
  /** Waits until nothing is reserved or leased any more, and gives the account as it is then. */
  settledAccount(budget: string): Promise<BudgetRow>;
  /** What the register's outcomes add up to. */
  leafCosts(): Promise<bigint>;
};

export async function startBudgetRig(budgets: object = {}): Promise<BudgetRig> {
  await using starting = new AsyncDisposableStack();
  const upstream = starting.use(await startUpstream());
  const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 4 };
  const dear = { inputUsdPerMillion: 10, outputUsdPerMillion: 40 };
  const models = [
    { id: "one", price, context: 128_000, quality: 0.8 },
    { id: "dear", price: dear, context: 128_000, quality: 0.9 },
  ];
  const { baseUrl } = upstream;
  const written = { ...price, cacheWriteUsdPerMillion: 1.25, cacheWriteHourUsdPerMillion: 2 };
  const claude = { id: "claude", price: written, context: 128_000, quality: 0.7 };
  const providers = {
    upstream: { baseUrl, apiKey: "upstream-key", models },
    keeper: { baseUrl, apiKey: "upstream-key", dialect: "anthropic-messages", models: [claude] },
  };
  const line = starting.use(await startLine({ config: { providers, cache: { enabled: false } } }));
  const configFile = join(line.home, "run", "policy.json");
  writeFileSync(configFile, JSON.stringify({ ...readConfig(configFile), budgets }));
  const besideFile = join(line.home, "run", "policy-beside.json");
  // A port is one process's alone.
  writeFileSync(besideFile, JSON.stringify({ ...readConfig(configFile), healthPort: null }));
  await restartPolicy(line);
  const owner = starting.adopt(new Pool({ connectionString: line.databaseUrl, max: 4 }), (open) => open.end());
  // Sessions that the line's end cuts are nobody's concern.
  owner.on("error", () => {});
  const children = starting.adopt(new Set<ChildProcess>(), async (all) => {
    await Promise.all([...all].map(endChild));
  });
  const rest = starting.move();
  const account = (budget: string): Promise<BudgetRow> => readAccount(owner, budget);
  return {
    line,
    upstream,
    owner,
    account,
    addPolicy: async () => {
      const child = spawn(process.execPath, [POLICY, "--config", besideFile], { stdio: "ignore" });
      children.add(child);
      await ready(owner, child);
      return child;
    },
    chat: (body, { key = line.apiKey, headers = {} } = {}) =>
      fetch(`${line.baseUrl}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "upstream/one", messages: [{ role: "user", content: "Hello." }], ...body }),
      }),
    async settledAccount(budget) {
      const giveUpAtMs = Date.now() + SETTLE_LIMIT_MS;
      for (;;) {
        const row = await account(budget);
        if ((row.outstanding === 0n && row.escrow === 0n) || Date.now() > giveUpAtMs) return row;
        await sleep(100);
      }
    },
    async leafCosts() {
      const { rows } = await owner.query<{ sum: string }>(
        "select coalesce(sum(cost), 0)::text as sum from ledger_leaf where type = 'outcome'",
      );
      return BigInt(rows[0]?.sum ?? 0);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function readConfig(file: string): object {
  return JSON.parse(readFileSync(file, "utf8")) as object;
}

/** The supervisor brings it back with the file as it is now. */
async function restartPolicy(line: TestLine): Promise<void> {
  const before = line.pids()["policy"];
  process.kill(before!, "SIGKILL");
  const giveUpAtMs = Date.now() + READY_LIMIT_MS;
  while (line.pids()["policy"] === before && Date.now() < giveUpAtMs) await sleep(50);
  for (;;) {
    const answer = await line.api("/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "no-such-model", messages: [{ role: "user", content: "Ready?" }] }),
    });
    if (answer.status === 404 || Date.now() > giveUpAtMs) return;
    await sleep(100);
  }
}

/** A policy that polls the database serves soon after. */
async function ready(owner: Pool, child: ChildProcess): Promise<void> {
  const { rows: before } = await owner.query(
    "select count(*) as n from pg_stat_activity where application_name = 'policy'",
  );
  const giveUpAtMs = Date.now() + READY_LIMIT_MS;
  for (;;) {
    stillRuns(child);
    const { rows } = await owner.query("select count(*) as n from pg_stat_activity where application_name = 'policy'");
    if (Number(rows[0]?.n) > Number(before[0]?.n) || Date.now() > giveUpAtMs) break;
    await sleep(50);
  }
  await sleep(500);
  stillRuns(child);
}

function stillRuns(child: ChildProcess): void {
  if (child.exitCode !== null) throw new Error(`policy ended with ${child.exitCode}`);
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function readAccount(owner: Pool, budget: string): Promise<BudgetRow> {
  const { rows } = await owner.query<Record<"amount" | "settled" | "outstanding" | "escrow" | "excess", string>>(
    `select b.amount, coalesce(sum(settled), 0) as settled, coalesce(sum(outstanding), 0) as outstanding,
       coalesce(sum(escrow), 0) as escrow, coalesce(sum(excess), 0) as excess
     from budget b left join budget_account a on a.budget = b.id where b.id = $1 group by b.id`,
    [budget],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`there is no budget ${budget}`);
  const { amount, settled, outstanding, escrow, excess } = row;
  return {
    budget,
    amount: BigInt(amount),
    settled: BigInt(settled),
    outstanding: BigInt(outstanding),
    escrow: BigInt(escrow),
    excess: BigInt(excess),
  };
}

/** A provider that gives as many tokens as it may, or `tokens`. */
export function answering(options: { tokens?: number; waitMs?: number } = {}): (request: ReceivedRequest) => Script {
  const { waitMs = 0 } = options;
  return ({ body }) => {
    const allowed = Number(body["max_completion_tokens"] ?? body["max_tokens"] ?? 100);
    const usage = { prompt_tokens: 5, completion_tokens: options.tokens ?? allowed };
    const full = { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens };
    const base = { id: "chatcmpl-1", created: 1_795_257_600, model: "one" };
    if (body["stream"] !== true) {
      const message = { role: "assistant", content: "Well.", refusal: null };
      const choices = [{ index: 0, message, finish_reason: "stop", logprobs: null }];
      const answer = JSON.stringify({ ...base, object: "chat.completion", choices, usage: full });
      return { headers: { "content-type": "application/json" }, steps: [{ waitMs }, { send: answer }] };
    }
    const chunk = { ...base, object: "chat.completion.chunk" };
    const delta = (content: string, finish: string | null): object => ({
      ...chunk,
      choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: finish, logprobs: null }],
    });
    return {
      headers: { "content-type": "text/event-stream" },
      steps: [
        { send: delta("We", null) },
        { waitMs },
        { send: delta("ll.", "stop") },
        { send: { ...chunk, choices: [], usage: full } },
        { send: "data: [DONE]\n\n" },
      ],
    };
  };
}
