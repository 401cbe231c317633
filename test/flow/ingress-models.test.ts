import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

let rig: IngressRig;
beforeAll(async () => {
  rig = await startIngressRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function read(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(rig.baseUrl + path, { headers: { authorization: `Bearer ${rig.memberKey}` } });
  return { status: response.status, body: await response.json() };
}

test("models are the strategies and the catalogue's, by ids with slashes written either way", async () => {
  const { body } = await read("/v1/models");
  const { data } = body as { data: { id: string }[] };
  expect(data.map((model) => model.id)).toEqual([
    "auto",
    "auto:cost",
    "auto:latency",
    "auto:quality",
    "mock/org/model-1",
  ]);
  const model = { id: "mock/org/model-1", object: "model", created: 1_767_312_000, owned_by: "mock" };
  expect(await read("/v1/models/mock/org/model-1")).toEqual({ status: 200, body: model });
  expect(await read("/v1/models/mock%2Forg%2Fmodel-1")).toEqual({ status: 200, body: model });
  expect(await read("/v1/models/auto%3Acost")).toMatchObject({ status: 200 });
  expect(await read("/v1/models/none")).toMatchObject({ status: 404, body: { error: { code: "model_not_found" } } });
});

test("a model is found by its name alone, as requests call it", async () => {
  expect(await read("/v1/models/org/model-1")).toMatchObject({ status: 200, body: { id: "org/model-1" } });
  expect(await read("/v1beta/models/org/model-1")).toMatchObject({
    status: 200,
    body: { name: "models/org/model-1", supportedGenerationMethods: expect.arrayContaining(["generateContent"]) },
  });
});

async function asGoogle(path: string): Promise<unknown> {
  const response = await fetch(rig.baseUrl + path, { headers: { "x-goog-api-key": rig.memberKey } });
  return response.json();
}

test("Google's SDK, which asks under /v1 too, gets models and errors in its own form", async () => {
  expect(await asGoogle("/v1/models?pageSize=3")).toMatchObject({ models: [{ name: "models/auto" }, {}, {}, {}, {}] });
  expect(await asGoogle("/v1/models/auto")).toMatchObject({ name: "models/auto" });
  expect(await asGoogle("/v1/models/none")).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
  expect(await asGoogle("/v1/interactions")).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
});
