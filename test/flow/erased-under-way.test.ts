import { withClient } from "@signalbox/infra/postgres/with-client.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream, whole } from "../kit/upstream.ts";

/*
 * Goal: on a whole line, what a request that is under way while it is erased writes afterwards is not kept: its content,
 * its labels, its answer in the cache, its stored response.
 */

const ADA = "ada.lovelace@mail.example.org";
const PATIENCE = { timeout: 20_000, interval: 100 };

const stack = new AsyncDisposableStack();
let upstream: Upstream;
let line: TestLine;

beforeAll(async () => {
  upstream = stack.use(await startUpstream());
  const everybody = { tenants: ["*"] };
  const config = { retention: { content: everybody, responses: everybody } };
  line = stack.use(await startLine({ upstream: { baseUrl: upstream.baseUrl }, config }));
});
afterAll(() => stack.disposeAsync());

async function post(path: string, body: object): Promise<Response> {
  return line.api(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** How many rows each place has. */
async function kept(): Promise<Record<string, number>> {
  return withClient(line.databaseUrl, async (client) => {
    const { rows } = await client.query<Record<string, number>>(
      `select (select count(*)::integer from retained_content) as content, (select count(*)::integer from cache_entry) as cached,
        (select count(*)::integer from stored_response) as stored, (select count(*)::integer from ledger_label) as labels,
        (select count(*)::integer from ledger_leaf where type = 'outcome') as outcomes`,
    );
    return rows[0] ?? {};
  });
}

test("what is erased of an end user is not written again by a request that was under way", async () => {
  const { promise: erased, resolve: release } = Promise.withResolvers<void>();
  upstream.always({ ...whole("Hello"), before: [{ until: erased }] });
  const asked = { model: "auto", temperature: 0, user: ADA };
  const asking = [
    post("/v1/chat/completions", { ...asked, messages: [{ role: "user", content: "Where is it?" }] }),
    post("/v1/responses", { ...asked, input: "Where is it?", store: true }),
  ];
  await upstream.arrived(2);
  const body = { tenant: "default", user: ADA };
  expect(await (await post("/admin/v1/content/erase", body)).json()).toMatchObject({ erased: 0, labels: 0 });
  release();
  const [, response] = await Promise.all(asking.map(async (each) => (await each).json() as Promise<object>));
  // It does not say that it is kept.
  expect(response).toMatchObject({ store: false });
  await expect.poll(async () => (await kept())["outcomes"], PATIENCE).toBe(2);

  // What comes after the erasure is kept, and by then what came before it has been written, or never is.
  await (await post("/v1/responses", { ...asked, input: "And now?", store: true })).json();
  const one = { content: 1, cached: 1, labels: 1, outcomes: 3 };
  await expect.poll(kept, PATIENCE).toMatchObject(one);
  expect(await kept()).toMatchObject(one);
});
