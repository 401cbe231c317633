import { afterAll, beforeAll, expect, test } from "vitest";
import { CHAT, dispatchTo, type IngressRig, startIngressRig } from "./ingress-rig.ts";

const APP = "https://app.example";
const ASKS = { "access-control-request-method": "POST", "access-control-request-headers": "authorization" };

let rig: IngressRig;
beforeAll(async () => {
  rig = await startIngressRig(
    {
      dispatcher: (call) => {
        call.write({ frame: { $case: "content", value: Buffer.from('{"choices":[]}') } });
        call.write({ frame: { $case: "final", value: { tail: Buffer.from("") } } });
        call.end();
      },
    },
    { http: { port: 0, browserOrigins: [APP] } },
  );
  await rig.playLine(() => dispatchTo(rig.address));
});
afterAll(() => rig[Symbol.asyncDispose]());

const preflight = (path: string, origin: string): Promise<Response> =>
  fetch(`${rig.baseUrl}${path}`, { method: "OPTIONS", headers: { origin, ...ASKS } });

test.each([
  "/v1/chat/completions",
  "/v1/responses",
  "/v1/messages",
  "/v1beta/models/m:generateContent",
  "/v1/embeddings",
])("a page of an origin that is allowed may call %s, and one of another may not", async (path) => {
  const allowed = await preflight(path, APP);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get("access-control-allow-origin")).toBe(APP);
  expect(allowed.headers.get("access-control-allow-headers")).toBe("authorization");
  const refused = await preflight(path, "https://other.example");
  expect(refused.status).toBe(405);
  expect(refused.headers.get("access-control-allow-origin")).toBeNull();
});

async function read(origin: string, key = rig.memberKey): Promise<unknown[]> {
  const { status, headers } = await rig.post(CHAT, { key, headers: { origin } });
  return [status, headers.get("access-control-allow-origin"), headers.get("vary")];
}

test("answers can be read by the page that asked, errors too, and by no other", async () => {
  expect(await read(APP)).toEqual([200, APP, "origin"]);
  expect(await read(APP, "sk-sb-none")).toEqual([401, APP, "origin"]);
  expect(await read("https://other.example")).toEqual([200, null, "origin"]);
});

test("what only operators call is for no page", async () => {
  expect((await preflight("/admin/v1/keys", APP)).status).toBe(405);
  expect((await preflight("/v1/decisions", APP)).status).toBe(405);
});
