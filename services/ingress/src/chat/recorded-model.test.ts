import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assert as fcAssert, base64String, property, stringMatching, uuid } from "fast-check";
import { expect, test } from "vitest";
import { recordedModel } from "./recorded-model.ts";

const DIGEST = "hmac-sha256:0";
const recorded = (model: string): string => recordedModel(model, () => DIGEST);

const DATA = join(import.meta.dirname, "../../../../infra/catalogue/data");

function namesIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return ["id", "model", "family"].includes(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each) => namesIn(each, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => namesIn(each, name));
}

test("every model of the catalogue is recorded by its name", () => {
  const names = readdirSync(DATA)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => namesIn(JSON.parse(readFileSync(join(DATA, file), "utf8"))));
  expect(names.length).toBeGreaterThan(500);
  expect(names.filter((name) => recorded(name) !== name)).toEqual([]);
});

test.each([
  "auto",
  "auto:cost",
  "group:cheap-ones",
  "gpt-9-turbo-2031-12-31",
  "ft:gpt-4o-mini-2024-07-18:my-org:custom-suffix:7p4lURel",
  "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M",
  "publishers/google/models/gemini-2.5-flash@20250617",
  "@cf/meta/llama-3.1-8b-instruct-fast".slice(1),
])("%s is recorded as it is", (name) => {
  expect(recorded(name)).toBe(name);
});

test.each([
  "AKIAIOSFODNN7EXAMPLE",
  "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
  "sk-ant-api03-abcDEF123456ghiJKL789-mnoPQR",
  "AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI",
  "xoxb-123456789012-1234567890123-abcdefghijkl12345678mnop",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP",
  "4111111111111111",
  "jane.doe@example.org",
  "please summarise this",
  "gpt-4o\n",
  "",
  "a/".repeat(65),
])("%j stands in no record", (text) => {
  expect(recorded(text)).toBe(DIGEST);
});

test("B15 no key of random characters stands in a record, wherever in the name it is", () => {
  fcAssert(
    property(stringMatching(/^[0-9a-f]{32,64}$/), (secret) => {
      expect(recorded(`openai/${secret}`)).toBe(DIGEST);
    }),
  );
  fcAssert(
    property(uuid(), (secret) => {
      expect(recorded(secret)).toBe(DIGEST);
    }),
  );
  fcAssert(
    property(base64String({ minLength: 40, maxLength: 88 }), (secret) => {
      const url = secret.replaceAll("+", "A").replaceAll("/", "7").replaceAll("=", "");
      expect(recorded(`sk-${url}`)).toBe(DIGEST);
    }),
  );
});
