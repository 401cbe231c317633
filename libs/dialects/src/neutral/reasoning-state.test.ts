import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryState } from "./arbitrary.test-kit.ts";
import { unwrapState, wrapState } from "./reasoning-state.ts";

test("B9 state that travels through a client of another dialect comes back byte for byte", () => {
  fc.assert(
    fc.property(arbitraryState, (state) => {
      const token = wrapState(state);
      expect(token).toMatch(/^[\w-]+$/);
      expect(unwrapState(token)).toEqual(state);
    }),
  );
});

test("what is no token of ours is no state, whatever it is", () => {
  const token = wrapState({ wire: "gemini", kind: "signature", value: "abc" });
  expect([unwrapState("EvQBCkYICxgC"), unwrapState(token.slice(0, -3)), unwrapState(`${token.slice(0, 24)}!`)]).toEqual(
    [null, null, null],
  );
});
