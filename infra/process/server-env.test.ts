import { expect, test } from "vitest";
import { serverEnv } from "./server-env.ts";

test("a server sees no key of a provider, no setting of PostgreSQL's clients and no language of the operator's", () => {
  const env = { PATH: "/bin", OPENAI_API_KEY: "sk-1", PGSSLMODE: "require", LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Tokyo" };
  expect(serverEnv(env)).toEqual({ PATH: "/bin", LC_ALL: "C", TZ: "UTC" });
});

test("how Go's runtime is tuned reaches nats-server", () => {
  expect(serverEnv({ GOGC: "100", GOOGLE_API_KEY: "g", UNSET: undefined })).toMatchObject({ GOGC: "100" });
  expect(serverEnv({ GOOGLE_API_KEY: "g" })).not.toHaveProperty("GOOGLE_API_KEY");
});
