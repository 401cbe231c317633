import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalogue } from "@signalbox/infra/catalogue/load-catalogue.ts";
import { TUNING } from "@signalbox/infra/postgres/start-postgres.ts";
import { STOP_ORDER } from "@signalbox/infra/supervisor/stop-order.ts";
import { STAGES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "./packages.ts";

type Service = { readonly build?: { readonly args: { readonly SERVICE: string } }; readonly command?: string[] } & {
  readonly image: string;
  readonly depends_on?: Waits;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly healthcheck?: { readonly test: readonly string[] };
};

/** Names alone, or names with what is waited for. */
type Waits = readonly string[] | Readonly<Record<string, unknown>>;

const compose = parse(readFileSync(join(ROOT, "infra/compose.yaml"), "utf8"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const waitsOf = ({ depends_on: waits = [] }: Service): readonly string[] =>
  Array.isArray(waits) ? (waits as string[]) : Object.keys(waits);

/** What a service waits for, and what that waits for; compose stops all of it later than the service. */
function outlivedBy(name: string): ReadonlySet<string> {
  const next = waitsOf(compose.services[name] as Service);
  return new Set([...next, ...next.flatMap((other) => [...outlivedBy(other)])]);
}
const FOLDERS = ["proto", "libs", "services", "infra"];
const dockerfile = readFileSync(join(ROOT, "infra/Dockerfile"), "utf8");

test.each(STAGES.map((stage) => [stage]))("compose.yaml runs %s from its own image, with its own config", (stage) => {
  const service = compose.services[stage];
  expect(service?.build?.args.SERVICE).toBe(stage);
  expect(service?.command).toEqual(["--config", `/home/signalbox/run/${stage}.json`]);
});

test("compose.yaml waits only for services that it has", () => {
  const names = Object.keys(compose.services);
  for (const service of Object.values(compose.services)) {
    expect(waitsOf(service).filter((name) => !names.includes(name))).toEqual([]);
  }
});

test("compose.yaml stops services in the order in which `npm start` does, and before the servers that they use", () => {
  for (const [index, rank] of STOP_ORDER.entries()) {
    const later = [...STOP_ORDER.slice(index + 1).flat(), "nats", "postgres"];
    for (const stage of rank) expect([...outlivedBy(stage)]).toEqual(expect.arrayContaining(later));
  }
});

test("compose.yaml builds each image once, and fetches none of them", () => {
  const services = Object.values(compose.services);
  const built = services.filter(({ build }) => build !== undefined).map(({ image }) => image);
  expect(new Set(built).size).toBe(built.length);
  const own = services.map(({ image }) => image).filter((image) => image.startsWith("signalbox-"));
  expect(new Set(own)).toEqual(new Set(built));
});

test("compose.yaml writes no password into an address, where some characters would mean something else", () => {
  expect(readFileSync(join(ROOT, "infra/compose.yaml"), "utf8")).not.toMatch(/:\/\/\S*\$\{/);
});

test("compose.yaml takes PostgreSQL for up when it takes connections from elsewhere, and lets its log quote no values", () => {
  // https://github.com/docker-library/postgres: while it sets a volume up, the server listens at its socket alone.
  expect(compose.services["postgres"]?.healthcheck?.test.join(" ")).toContain("-h 127.0.0.1");
  const settings = Object.entries({ log_error_verbosity: "terse", shared_buffers: "1GB", ...TUNING });
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
  for (const folder of FOLDERS) expect(dockerfile).toContain(`COPY ${folder} ${folder}`);
});

test("what is built from is the folders that are copied, without what an install or a run puts into them", () => {
  const lines = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n");
  const files = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"];
  const wanted = ["*", ...[...files, ...FOLDERS].map((name) => `!${name}`), "**/node_modules", "**/.signalbox"];
  expect(lines.filter((line) => line !== "" && !line.startsWith("#"))).toEqual(wanted);
});
