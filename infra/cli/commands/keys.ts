import { OPERATIONS, ROLES } from "@signalbox/proto";
import { Option, type Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatTable } from "../format/table.ts";
import { dollars } from "../money-option.ts";
import { duration, listed, oneOf, timeToCome, wholeNumber } from "../option-values.ts";
import { addRenewals } from "./key-renewals.ts";

const CreatedKey = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  role: z.string(),
  expiresAt: z.string().nullish(),
  secret: z.string(),
});

const KeyList = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      tenant: z.string(),
      name: z.string(),
      role: z.string(),
      createdAt: z.string(),
      revokedAt: z.string().nullish(),
      expiresAt: z.string().nullish(),
      lastUsedAt: z.string().nullish(),
    }),
  ),
});
type ListedKey = z.infer<typeof KeyList>["data"][number];

type NewKey = {
  name: string;
  role: string;
  tenant?: string;
  team?: string;
  project?: string;
  user?: string;
  serviceAccount?: string;
  models?: string[];
  routes?: string[];
  endpoints?: string[];
  regions?: string[];
  operations?: string[];
  networks?: string[];
  lifetime?: number;
  budget?: number;
  window: string;
  rpm?: number;
  tpm?: number;
  concurrency?: number;
  expires?: string;
};

const RevokedKey = z.looseObject({ id: z.string(), revoked: z.literal(true) });

export function addKeys(program: Command, cli: Cli): void {
  const keys = program.command("keys").description("The API keys of this line's users. Needs an admin key.");
  addCreate(keys, cli);
  addList(keys, cli);
  addRevoke(keys, cli);
  addRenewals(keys, cli);
}

function addCreate(keys: Command, cli: Cli): void {
  const create = keys
    .command("create")
    .description("Makes a key. It is shown this once: the service keeps nothing that it could be read from.")
    .requiredOption("--name <name>", "what you will know it by")
    .addOption(
      new Option(
        "--role <role>",
        "member asks; auditor reads all; operator both, and budgets; admin and owner everything",
      )
        .choices(ROLES)
        .default("member"),
    )
    .option("--tenant <tenant>", "whose key it is; a new tenant is made (default: the asking key's own)")
    .option("--team <team>", "which team's it is, for budgets, rules and costs")
    .option("--project <project>", "which project's")
    .option("--user <user>", "which user's")
    .option("--service-account <account>", "which service account's, where no user's")
    .option("--models <patterns>", "what it may use: `openai/*`, model names or families, with commas", listed)
    .option("--routes <groups>", "only what stands in these groups of the policy", listed)
    .option("--endpoints <patterns>", "only these, as `models` lists them", listed)
    .option("--regions <patterns>", "only endpoints there", listed)
    .option("--operations <words>", `only these: ${OPERATIONS.join(", ")}`, oneOf(OPERATIONS))
    .option("--networks <networks>", "only from there: addresses, and networks like 192.0.2.0/24", listed)
    .option("--lifetime <duration>", "it ends so long after it was given out unless it is refreshed, like 1h", duration)
    .option("--budget <usd>", "what it may spend in each window", dollars)
    .addOption(
      new Option("--window <window>", "of its budget").choices(["day", "week", "month", "total"]).default("month"),
    )
    .option("--rpm <count>", "requests a minute", wholeNumber(0))
    .option("--tpm <count>", "tokens a minute", wholeNumber(0))
    .option("--concurrency <count>", "requests at once", wholeNumber(0))
    .option("--expires <when>", "when it ends: a duration like 12h or 30d, or an ISO time (default: never)", timeToCome)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- keys create --name ci --tenant team-a --expires 30d\n" +
        "  npm run -s signalbox -- keys create --name ops --role admin --json",
    );
  does<NewKey>(create, cli, async ({ connect, options, print, terminal }) => {
    const made = await connect().api.call(CreatedKey, {
      method: "POST",
      path: "/admin/v1/keys",
      body: wishOf(options),
    });
    // `key` is what scripts read of it.
    print({ ...made, key: made.secret }, () => made.secret);
    if (options.json !== true) {
      const until = made.expiresAt == null ? "" : `, valid until ${made.expiresAt}`;
      terminal.err(`${made.role} key ${made.id} of tenant ${made.tenant}${until}: keep it, it is not shown again`);
    }
    return EXIT.ok;
  });
}

function wishOf(options: NewKey): object {
  const { name, role, tenant, team, project, user, serviceAccount, models, routes, endpoints, regions } = options;
  const { operations, networks, budget, window, rpm, tpm, concurrency, expires, lifetime } = options;
  const scopes = { models, routes, endpoints, regions, operations, networks };
  return {
    name,
    role,
    tenant,
    team,
    project,
    user,
    serviceAccount,
    ...scopes,
    budget: budget === undefined ? undefined : { usd: budget, window },
    limits: { rpm, tpm, concurrency },
    expiresAt: expires,
    lifetimeSeconds: lifetime,
  };
}

function addList(keys: Command, cli: Cli): void {
  const list = keys
    .command("list")
    .description("All keys, revoked and expired ones too; never their secrets.")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- keys list\n  npm run -s signalbox -- keys list --json",
    );
  does(list, cli, async ({ connect, print }) => {
    const answer = await connect().api.call(KeyList, { path: "/v1/keys" });
    print(answer, () => formatKeys(answer.data));
    return EXIT.ok;
  });
}

function addRevoke(keys: Command, cli: Cli): void {
  const revoke = keys
    .command("revoke")
    .argument("<id>", "the key's id, as `keys list` shows it")
    .description("Revokes a key for ever; it is refused within a second.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- keys revoke 0a1b2c3d4e5f");
  does(revoke, cli, async ({ connect, print }, id = "") => {
    const path = `/v1/keys/${encodeURIComponent(id)}`;
    const revoked = await connect().api.call(RevokedKey, { method: "DELETE", path });
    print(revoked, () => `revoked ${revoked.id}`);
    return EXIT.ok;
  });
}

function formatKeys(keys: readonly ListedKey[]): string {
  return formatTable(
    [
      { title: "ID" },
      { title: "NAME" },
      { title: "TENANT" },
      { title: "ROLE" },
      { title: "MADE" },
      { title: "LAST USED" },
      { title: "EXPIRES" },
      { title: "STATE" },
    ],
    keys.map((key) => [
      key.id,
      key.name,
      key.tenant,
      key.role,
      key.createdAt.slice(0, 10),
      toMinute(key.lastUsedAt),
      toMinute(key.expiresAt),
      stateOf(key),
    ]),
  );
}

function toMinute(time: string | null | undefined): string {
  return time?.slice(0, 16).replace("T", " ") ?? "never";
}

function stateOf({ revokedAt, expiresAt }: ListedKey): string {
  if (revokedAt != null) return `revoked ${revokedAt.slice(0, 10)}`;
  return expiresAt != null && Date.parse(expiresAt) <= Date.now() ? "expired" : "active";
}
