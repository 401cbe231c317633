import { expect, test } from "vitest";
import { TimeZone } from "./key-forms.ts";

test.each(["Europe/Berlin", "UTC", "Etc/GMT+5", "US/Pacific"])("%s is a time zone", (name) => {
  expect(TimeZone.safeParse(name).success).toBe(true);
});

test.each(["+01:00", "-0330", "Mars/Olympus", ""])(
  "%j is none: PostgreSQL would read an offset the other way round",
  (name) => {
    expect(TimeZone.safeParse(name).success).toBe(false);
  },
);
