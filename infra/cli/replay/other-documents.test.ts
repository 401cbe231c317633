import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiClient } from "../api-client.ts";
import { otherDocuments } from "./other-documents.ts";

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "signalbox-documents-"));
});
afterAll(() => rmSync(home, { recursive: true }));

/** No line is asked for any of these. */
const api = createApiClient({ baseUrl: "http://127.0.0.1:1", key: "none" }, new AbortController().signal);

function policyFrom(given: string): Promise<object> {
  return otherDocuments({ api, home }, { policy: given });
}

function file(name: string, text: string): string {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
}

const YAML = "strategy: quality # the best\nrules:\n  - { name: eu, do: { require: { regions: [eu] } } }\n";

test("a policy is brought as its files, over what the home folder's configuration says", async () => {
  const path = file("policy.yaml", YAML);
  expect(await policyFrom(path)).toMatchObject({
    policy_document: {
      schema: "signalbox.policy.v2",
      defaultStrategy: "quality",
      rules: [{ name: "eu", effects: { require: { regions: ["eu"] } } }],
    },
  });
  expect(await policyFrom(file("same.json", JSON.stringify({ strategy: "quality" })))).toMatchObject({
    policy_document: { defaultStrategy: "quality" },
  });
});

test("a document as decisions name it is brought word for word, and one that the register holds by its digest", async () => {
  const { policy_document } = (await policyFrom(file("policy.yaml", YAML))) as { policy_document: object };
  expect(await policyFrom(file("policy.json", JSON.stringify(policy_document)))).toEqual({ policy_document });
  expect(await policyFrom("sha256:00")).toEqual({ policy: "sha256:00" });
});

test("a file that is no policy is refused with its line, and one that is not there as such", async () => {
  await expect(policyFrom(file("wrong.yaml", "strategy: quality\nruls: []\n"))).rejects.toThrow(
    /wrong\.yaml:2: ruls: there is no field 'ruls': did you mean 'rules'/,
  );
  await expect(policyFrom(join(home, "none"))).rejects.toThrow("Name a YAML file");
});
