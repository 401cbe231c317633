import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream, whole } from "../kit/upstream.ts";

/*
 * Goal: whatever a rule may read is what the line knows of a request that somebody really sent, and whatever a rule may
 * order is done. Each condition has a rule of its own that must have applied, and each effect a tag that asks for it.
 */

const CONDITIONS: Record<string, string> = {
  identity: 'tenant == "acme" && team == "red" && project == "p" && user == "u" && serviceAccount == "" && key != ""',
  roles: '"operator" in roles',
  region: 'region == "eu-west"',
  requested: 'model == "auto" && operation == "chat" && dialect == "openai-chat" && !stream && attempt == 1',
  shape: "messages == 2 && tools == 1 && images == 1 && audios == 0 && files == 0 && choices == 1 && bodyBytes > 500",
  bounds: 'maxOutputTokens == 77 && responseFormat == "json-object" && reasoningEffort == "low"',
  classification: 'task != "" && difficulty > 0.0 && tier in ["LIGHT", "STANDARD", "HEAVY"] && language == "en"',
  needs: '"tools" in capabilities && "json-object" in capabilities && "image" in modalities && inputTokens > 5',
  content: '"pii.email" in contentSignals',
  schedule:
    'date >= "2026-01-01" && weekday in [1, 2, 3, 4, 5, 6, 7] && hour * 60 + minute < 1440 && between("00:00", "24:00")',
  budget: "budgetUsed >= 0.0 && budgetUsed <= 1.0",
  health: 'healthy("upstream/*") && !healthy("nobody/*")',
  tags: '"beta" in tags && !("secret" in tags)',
  signals: 'signal("tier") == "gold" && signal("other") == ""',
  cache: 'cache == "off"',
};

const EFFECTS: Record<string, string> = {
  deny: "{ deny: Not today. }",
  pin: "{ pin: abroad/far }",
  route: "{ route: open }",
  only: "{ only: [upstream/small] }",
  exclude: "{ exclude: [upstream/*] }",
  region: "{ require: { regions: [us-*] } }",
  retention: "{ require: { zeroRetention: true } }",
  training: "{ require: { noTraining: true } }",
  weights: "{ require: { openWeights: true } }",
  capability: "{ require: { capabilities: [reasoning] } }",
  prefer: "{ prefer: [upstream/large, abroad/far] }",
  draw: "{ weights: [{ of: upstream/large, weight: 3 }, { of: abroad/far, weight: 1 }] }",
  split: "{ split: [{ arm: canary, percent: 25, to: abroad/far }] }",
  strategy: "{ strategy: quality }",
  fallbacks: "{ fallbacks: [abroad/far] }",
  tokens: "{ maxOutputTokens: 33 }",
  cost: "{ maxCostUsd: 0.005, maxOutputTokens: 1000 }",
  cacheoff: "{ cache: { serve: false, store: false } }",
  cachettl: "{ cache: { ttlSeconds: 1 } }",
  redact: "{ redact: [email] }",
  throttle: "{ throttle: { by: key, requestsPerMinute: 1 } }",
  mark: "{ tag: [marked], obligations: { notify: dpo } }",
};

const POLICY = `
vocabulary:
  tags: [beta, ${Object.keys(EFFECTS).join(", ")}]
  signals: { tier: [gold] }
timeZone: Europe/Berlin
groups: { open: [llama-*] }
rules:
${Object.entries(CONDITIONS)
  .map(([name, when]) => `  - { name: c-${name}, when: '${when}', do: { tag: [seen] } }`)
  .join("\n")}
${Object.entries(EFFECTS)
  .map(([name, effects]) => `  - { name: e-${name}, when: '"${name}" in tags', do: ${effects} }`)
  .join("\n")}
`;

const price = (usd: number): object => ({ inputUsdPerMillion: usd, outputUsdPerMillion: usd });

let stack: AsyncDisposableStack;
let upstream: Upstream;
let line: TestLine;
let key: string;
beforeAll(async () => {
  stack = new AsyncDisposableStack();
  upstream = stack.use(await startUpstream());
  upstream.always(whole("Well."));
  const models = [
    { id: "small", price: price(1), context: 128_000, quality: 0.9 },
    {
      id: "large",
      price: price(10),
      context: 128_000,
      quality: 0.95,
      capabilities: ["tools", "json-object", "reasoning"],
    },
    { id: "llama-3.3-70b-instruct", price: price(2), quality: 0.9 },
  ];
  const far = [{ id: "far", price: price(20), context: 128_000, quality: 0.9 }];
  const { baseUrl } = upstream;
  const config = {
    region: "eu-west",
    providers: {
      upstream: { baseUrl, apiKey: "k", models, region: "eu-west" },
      abroad: { baseUrl, apiKey: "k", models: far, region: "us-east", retention: "zero", training: "never" },
    },
    guardrails: { enabled: true },
  };
  line = stack.use(await startLine({ config }));
  key = await makeKey();
  await admin("POST", "/budgets", { name: "all", scope: { tenant: "acme" }, limit: { usd: 1_000 } });
  await admin("POST", "/policies", { files: [{ name: "p.yaml", text: POLICY }] });
});
afterAll(() => stack.disposeAsync());

async function admin(method: string, path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json" };
  const answer = await line.api(`/admin/v1${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

async function makeKey(): Promise<string> {
  const whose = { tenant: "acme", team: "red", project: "p", user: "u" };
  return String((await admin("POST", "/keys", { name: "k", role: "operator", ...whose }))["secret"]);
}

type Recorded = {
  readonly action: { readonly kind: string; readonly plan: readonly string[]; readonly maxOutputTokens: number };
  readonly propensities: readonly { readonly endpoint: string; readonly propensity: number }[];
  readonly excluded: readonly { readonly rule: string }[];
  readonly policy: {
    readonly applied: readonly { readonly rule: string }[];
    readonly failed: readonly string[];
    readonly tags: readonly string[];
    readonly obligations: unknown;
    readonly arm: unknown;
  };
};

type Asked = {
  readonly status: number;
  readonly text: string;
  readonly cache: string | null;
  readonly decision: Recorded;
};

let asked = 0;

/** Each request is another one, so that no cached answer stands in its way, unless it brings its own text. */
async function ask(tags: string, body: object = {}, bearer: string = key): Promise<Asked> {
  const messages = [{ role: "user", content: `Hello, number ${(asked += 1)}.` }];
  const response = await line.api("/v1/chat/completions", {
    method: "POST",
    headers: {
      authorization: `Bearer ${bearer}`,
      "content-type": "application/json",
      "x-signalbox-tags": tags,
      "x-signalbox-signals": "tier=gold, other=thing",
    },
    body: JSON.stringify({ model: "auto", temperature: 0, messages, ...body }),
  });
  const text = await response.text();
  const decision = await decisionOf(response.headers.get("x-signalbox-decision-id"));
  return { status: response.status, text, cache: response.headers.get("x-signalbox-cache"), decision };
}

/** It is in the register soon after it was made. */
async function decisionOf(id: string | null): Promise<Recorded> {
  for (;;) {
    const answer = await line.api(`/v1/decisions/${id}`);
    const { decision } = (await answer.json()) as { decision?: { decision: Recorded } | null };
    if (decision != null) return decision.decision;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function same(text: string): object {
  return { messages: [{ role: "user", content: text }] };
}

test("a rule reads of a request all that its conditions may name", async () => {
  const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"iVBORw0KGgo".repeat(40)}` } };
  const parameters = { type: "object", properties: {} };
  const { status, decision } = await ask("beta,secret", {
    messages: [
      { role: "system", content: "You answer in English, and always with JSON." },
      {
        role: "user",
        content: [{ type: "text", text: "What is in this picture that jane@example.org sent me?" }, image],
      },
    ],
    tools: [{ type: "function", function: { name: "look", parameters } }],
    max_tokens: 77,
    response_format: { type: "json_object" },
    reasoning_effort: "low",
  });
  expect([status, decision.policy.failed]).toEqual([200, []]);
  expect(decision.policy.applied.map(({ rule }) => rule)).toEqual(Object.keys(CONDITIONS).map((name) => `c-${name}`));
});

describe("what a rule orders is done:", () => {
  test("a denial is a 403 with its message", async () => {
    const { status, text, decision } = await ask("deny");
    expect([status, decision.action.kind]).toEqual([403, "refuse"]);
    expect(text).toContain("Not today.");
  });

  test("what is pinned, routed, ruled out, required and named as a fallback makes the plan", async () => {
    const plans: Record<string, readonly string[]> = {
      pin: ["abroad/far"],
      route: ["upstream/llama-3.3-70b-instruct"],
      only: ["upstream/small"],
      exclude: ["abroad/far"],
      region: ["abroad/far"],
      retention: ["abroad/far"],
      training: ["abroad/far"],
      weights: ["upstream/llama-3.3-70b-instruct"],
      capability: ["upstream/large"],
      fallbacks: ["upstream/small", "abroad/far"],
    };
    const made = await Promise.all(
      Object.keys(plans).map(async (tag) => [tag, (await ask(tag)).decision.action.plan] as const),
    );
    expect(Object.fromEntries(made)).toEqual(plans);
  });

  test("a preference and a strategy change what comes first, and draws are recorded with their chances", async () => {
    expect((await ask("prefer")).decision.action.plan.slice(0, 2)).toEqual(["upstream/large", "abroad/far"]);
    expect((await ask("strategy")).decision.action.plan[0]).toBe("upstream/large");
    // What was drawn stands first.
    const drawn = (await ask("draw")).decision.propensities;
    expect(drawn.toSorted((a, b) => b.propensity - a.propensity)).toEqual([
      { endpoint: "upstream/large", propensity: 750_000 },
      { endpoint: "abroad/far", propensity: 250_000 },
    ]);
    const { propensities, policy } = (await ask("split")).decision;
    expect(propensities).toContainEqual({ endpoint: "abroad/far", propensity: 250_000 });
    expect(policy).toHaveProperty("arm");
  });

  test("caps bound what is sent and what may be chosen", async () => {
    await ask("tokens", { max_tokens: 500 });
    expect(upstream.received.at(-1)?.body).toMatchObject({ max_tokens: 33 });
    expect((await ask("cost")).decision.excluded.map(({ rule }) => rule)).toContain("rule:e-cost:max-cost");
  });

  test("an answer is kept as long as the rule says, or not at all", async () => {
    const caches = async (tag: string, text: string): Promise<(string | null)[]> => {
      const first = (await ask(tag, same(text))).cache;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return [first, (await ask(tag, same(text))).cache];
    };
    expect(await caches("beta", "Keep it.")).toEqual(["miss", "hit"]);
    expect((await ask("cacheoff", same("Keep it."))).cache).not.toBe("hit");
    expect(await caches("cacheoff", "Do not.")).not.toContain("hit");
    expect(await caches("cachettl", "For a second.")).toEqual(["miss", "hit"]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await ask("cachettl", same("For a second."))).cache).toBe("miss");
  });

  test("what is to be taken out does not leave, and comes back", async () => {
    upstream.next(whole("Write to [EMAIL_1]."));
    const { text } = await ask("redact", { messages: [{ role: "user", content: "My address is jane@example.org." }] });
    expect(upstream.received.at(-1)?.text).not.toContain("jane@example.org");
    expect(text).toContain("Write to jane@example.org.");
  });

  test("who asks more often than a throttle lets waits, and what is to be recorded is", async () => {
    const another = await makeKey();
    expect((await ask("throttle", {}, another)).status).toBe(200);
    expect((await ask("throttle", {}, another)).status).toBe(429);
    expect((await ask("mark")).decision.policy).toMatchObject({
      tags: ["seen", "marked"],
      obligations: [{ name: "notify", value: "dpo" }],
    });
  });
});
