import { uuidv7 } from "@signalbox/kit";
import { SignalboxError, type ErrorCode } from "@signalbox/proto";
import { expect, test } from "vitest";
import { onceCommitted } from "./once-committed.ts";

/** Is not there for so many times. */
function register(missing: number, code: ErrorCode = "not-found"): { asked: number; ask: () => Promise<string> } {
  const found = {
    asked: 0,
    ask() {
      found.asked += 1;
      return found.asked > missing ? Promise.resolve("leaf") : Promise.reject(new SignalboxError(code, "No."));
    },
  };
  return found;
}

test("what was made a moment ago is asked for until it is there", async () => {
  const late = register(3);
  expect(await onceCommitted(uuidv7(), late.ask)).toBe("leaf");
  expect(late.asked).toBe(4);
});

test("what is old, from a time to come, or refused for another reason is asked for once", async () => {
  for (const id of [uuidv7(Date.now() - 5_000), uuidv7(Date.now() + 60_000)]) {
    const never = register(Infinity);
    await expect(onceCommitted(id, never.ask)).rejects.toMatchObject({ code: "not-found" });
    expect(never.asked).toBe(1);
  }
  const away = register(Infinity, "stage-unavailable");
  await expect(onceCommitted(uuidv7(), away.ask)).rejects.toMatchObject({ code: "stage-unavailable" });
  expect(away.asked).toBe(1);
});

test("what never comes is given up after a few questions", async () => {
  const never = register(Infinity);
  await expect(onceCommitted(uuidv7(), never.ask)).rejects.toMatchObject({ code: "not-found" });
  expect(never.asked).toBeLessThan(12);
}, 10_000);
