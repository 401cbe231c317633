import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalogue } from "@signalbox/infra/catalogue/load-catalogue.ts";
import { TUNING } from "@signalbox/infra/postgres/start-postgres.ts";
import { STAGES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "./packages.ts";

type Service = { readonly build?: { readonly args: { readonly SERVICE: string } }; readonly command?: string[] } & {
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly healthcheck?: { readonly test: readonly string[] };
};

const compose = parse(readFileSync(join(ROOT, "infra/compose.yaml"), "utf8"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service & { readonly depends_on?: Record<string, unknown> }>>;
};
const dockerfile = readFileSync(join(ROOT, "infra/Dockerfile"), "utf8");

test.each(STAGES.map((stage) => [stage]))("compose.yaml runs %s from its own image, with its own config", (stage) => {
  const service = compose.services[stage];
  expect(service?.build?.args.SERVICE).toBe(stage);
  expect(service?.command).toEqual(["--config", `/home/signalbox/run/${stage}.json`]);
});

test("compose.yaml waits only for services that it has", () => {
  const names = Object.keys(compose.services);
  for (const { depends_on: waits = {} } of Object.values(compose.services)) {
    expect(Object.keys(waits).filter((name) => !names.includes(name))).toEqual([]);
  }
});

test("compose.yaml takes PostgreSQL for up when it takes connections from elsewhere, and lets its log quote no values", () => {
  // https://github.com/docker-library/postgres: while it sets a volume up, the server listens at its socket alone.
  expect(compose.services["postgres"]?.healthcheck?.test.join(" ")).toContain("-h 127.0.0.1");
  const settings = Object.entries({ log_error_verbosity: "terse", ...TUNING });
  expect(compose.services["postgres"]?.command).toEqual(
    settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  );
});

test("compose.yaml hands a known provider's key to who registers it and to who calls it, and to nobody else", () => {
  const variables = [...loadCatalogue().providers.values()].flatMap(({ apiKeyEnv }) => apiKeyEnv);
  for (const [name, { environment = {} }] of Object.entries(compose.services)) {
    const given = variables.filter((variable) => environment[variable] === null);
    expect([name, given]).toEqual([name, ["prepare-line", "dispatcher"].includes(name) ? variables : []]);
  }
});

test("the image, and what the install checks packages for, have the Node and the folders that the workspace has", () => {
  type Workspace = { readonly catalog: Record<string, string>; readonly nodeVersion: string };
  const { catalog, nodeVersion } = parse(readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8")) as Workspace;
  expect(nodeVersion).toBe(catalog["node"]);
  expect(dockerfile).toContain(`FROM node:${catalog["node"]}-`);
  for (const folder of ["proto", "libs", "services", "infra"]) expect(dockerfile).toContain(`COPY ${folder} ${folder}`);
});
