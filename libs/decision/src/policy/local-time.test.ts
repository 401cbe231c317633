import * as fc from "fast-check";
import { expect, test } from "vitest";
import { localTime, utcMs } from "./local-time.ts";

const MS_PER_MINUTE = 60_000;
const aTime = fc.date({ min: new Date("1970-01-01T00:00Z"), max: new Date("2399-12-31T00:00Z"), noInvalidDate: true });

test("the calendar is the runtime's, for every time and offset", () => {
  fc.assert(
    fc.property(aTime, fc.integer({ min: -840, max: 840 }), (time, offset) => {
      const shown = new Date(time.getTime() + offset * MS_PER_MINUTE);
      expect(localTime(time.getTime(), offset)).toEqual({
        date: shown.toISOString().slice(0, 10),
        weekday: shown.getUTCDay() === 0 ? 7 : shown.getUTCDay(),
        minuteOfDay: shown.getUTCHours() * 60 + shown.getUTCMinutes(),
      });
    }),
  );
});

test("a written time is read to the minute", () => {
  fc.assert(
    fc.property(aTime, (time) => {
      const text = time.toISOString().slice(0, 16);
      expect(utcMs(text)).toBe(Date.parse(`${text}:00Z`));
    }),
  );
});
