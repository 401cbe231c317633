import { type Role, ROLES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { authorise, authoriseRole, may } from "./authorise.ts";
import { type Reach, RIGHTS } from "./right.ts";

const reach = "line";
const rightsOf = (role: Role, within: Reach = reach): string[] =>
  RIGHTS.filter((right) => may({ role, reach: within }, right)).toSorted();

test("each role may do what is written here, and nothing else", () => {
  expect(Object.fromEntries(ROLES.map((role) => [role, rightsOf(role)]))).toEqual({
    owner: RIGHTS.toSorted(),
    admin: RIGHTS.filter((right) => right !== "manage-owners").toSorted(),
    operator: [
      "ask",
      "manage-budgets",
      "reach-all-tenants",
      "read-costs",
      "read-policies",
      "read-records",
      "read-settings",
      "renew-key",
      "replay",
    ],
    auditor: [
      "reach-all-tenants",
      "read-costs",
      "read-policies",
      "read-records",
      "read-settings",
      "renew-key",
      "replay",
    ],
    member: ["ask", "read-records", "renew-key", "replay"],
  });
});

test("in a tenant that does not run the line no role has what concerns all of them, and each has the rest", () => {
  for (const role of ROLES) {
    const ofTheLine = ["manage-policies", "reach-all-tenants", "read-policies"];
    expect(rightsOf(role, "tenant")).toEqual(rightsOf(role).filter((right) => !ofTheLine.includes(right)));
  }
  expect(() => authorise({ role: "owner", reach: "tenant" }, "read-policies")).toThrow("in a tenant that does not run");
});

test("a role that nobody knows may do nothing", () => {
  for (const role of ["root", "", "constructor", "__proto__"] as unknown as Role[]) {
    expect(rightsOf(role)).toEqual([]);
    expect(() => authorise({ role, reach }, "ask")).toThrow(expect.objectContaining({ code: "forbidden" }));
  }
});

test("who is refused is told which right was missing", () => {
  expect(() => authorise({ role: "member", reach }, "manage-keys")).toThrow(
    "This needs the right 'manage-keys', which the role member does not give.",
  );
});

test("only an owner makes and changes keys of owners", () => {
  for (const role of ROLES.filter((each) => each !== "owner")) {
    expect(() => authoriseRole({ role, reach }, "owner")).toThrow(expect.objectContaining({ code: "forbidden" }));
    authoriseRole({ role: "owner", reach }, role);
  }
});
