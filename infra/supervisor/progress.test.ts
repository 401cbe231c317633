import { expect, test } from "vitest";
import { createProgress } from "./progress.ts";

test("a start is told in seconds since it began, and what comes after by the time of day", () => {
  const written: string[] = [];
  const progress = createProgress({ write: (text: string) => written.push(text) > 0 }, new AbortController().signal);
  progress.note("PostgreSQL comes up");
  progress.isUp();
  progress.note("policy ended");
  expect(written[0]).toMatch(/^\[ +0\.\d s\] PostgreSQL comes up\n$/);
  expect(written[1]).toMatch(/^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] policy ended\n$/);
});
