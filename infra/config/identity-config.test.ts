import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Config } from "@signalbox/ingress/config";
import { may } from "@signalbox/ingress/identity/authorise";
import { RIGHTS } from "@signalbox/ingress/identity/right";
import { ROLES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { parseSignalboxConfig } from "./read-signalbox-config.ts";

const GUIDE = readFileSync(join(import.meta.dirname, "IDENTITY.md"), "utf8");

test("the guide's table says of every right and role what is so", () => {
  const told = GUIDE.split("\n").flatMap((row) => {
    const [, what = "", ...marks] = row.split("|").map((cell) => cell.trim());
    const roles = ROLES.filter((_, at) => marks[at] === "yes");
    return RIGHTS.filter((right) => what.includes(`\`${right}\``)).flatMap((right) =>
      roles.map((role) => `${right} ${role}`),
    );
  });
  const held = RIGHTS.flatMap((right) =>
    ROLES.filter((role) => may({ role, reach: "line" }, right)).map((role) => `${right} ${role}`),
  );
  expect(told.toSorted()).toEqual(held.toSorted());
});

test("the guide's example of an issuer can be used, by the file and by the service", () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(GUIDE)?.[1] ?? "";
  const { identity } = parseSignalboxConfig(example, "x");
  expect(Config.shape.identity.parse(identity).issuers).toEqual(identity.issuers);
});

test.each([
  ["{issuer: 'http://id.example.org', audience: a, tenant: t}", /issuer: expected an https URL/],
  ["{issuer: 'https://id.example.org', audience: a}", /tenant: name the `tenant` of all its bearers/],
  ["{issuer: 'https://id.example.org', audience: a, tenant: t, claims: {tenant: org}}", /one of them/],
  ["{issuer: 'https://id.example.org', audience: a, claims: {tenant: org}}", /tenants: name the tenants/],
  ["{issuer: 'https://id.example.org', audience: a, tenant: t, roleMap: {x: king}}", /roleMap\.x/],
  ["{issuer: 'https://id.example.org', audience: a, tenant: t, jwks: x}", /did you mean jwksUri/],
])("an issuer %s is refused, with what would be right", (issuer, problem) => {
  const parse = (): unknown => parseSignalboxConfig(`identity:\n  issuers: [${issuer}]\n`, "x");
  expect(parse).toThrow(ConfigError);
  expect(parse).toThrow(problem);
});
