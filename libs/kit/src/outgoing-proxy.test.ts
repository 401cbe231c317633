import { expect, test } from "vitest";
import { outgoingProxy } from "./outgoing-proxy.ts";

const PROXY = "http://proxy.corp:3128";

test.each<[string, Record<string, string>, string | null]>([
  ["https://api.example.com/v1", {}, null],
  ["https://api.example.com/v1", { HTTPS_PROXY: PROXY }, PROXY],
  ["https://api.example.com/v1", { https_proxy: PROXY, HTTPS_PROXY: "http://other" }, PROXY],
  ["https://api.example.com/v1", { HTTPS_PROXY: "proxy.corp:3128" }, PROXY],
  ["https://api.example.com/v1", { HTTP_PROXY: PROXY }, null],
  ["http://models.corp:8000/v1", { HTTP_PROXY: PROXY }, PROXY],
  ["http://models.corp:8000/v1", { HTTP_PROXY: PROXY, NO_PROXY: "corp" }, null],
  ["http://models.corp:8000/v1", { HTTP_PROXY: PROXY, no_proxy: "a.example, .corp" }, null],
  ["http://models.corp:8000/v1", { HTTP_PROXY: PROXY, NO_PROXY: "models.corp:8000" }, null],
  ["http://models.corp:8000/v1", { HTTP_PROXY: PROXY, NO_PROXY: "models.corp:80" }, PROXY],
  ["http://notcorp/v1", { HTTP_PROXY: PROXY, NO_PROXY: "corp" }, PROXY],
  ["https://api.example.com/v1", { HTTPS_PROXY: PROXY, NO_PROXY: "*" }, null],
  ["http://127.0.0.1:11434/v1", { HTTP_PROXY: PROXY }, null],
  ["http://localhost:11434/v1", { HTTP_PROXY: PROXY }, null],
  ["http://[::1]:11434/v1", { HTTP_PROXY: PROXY }, null],
])("%s with %o goes through %s", (url, env, proxy) => {
  expect(outgoingProxy(new URL(url), env)).toBe(proxy);
});
