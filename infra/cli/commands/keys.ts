import { ROLES } from "@signalbox/proto";
import { Option, type Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatTable } from "../format/table.ts";
import { duration } from "../option-values.ts";
import { addKeyChange } from "./key-changes.ts";
import { addRenewals } from "./key-renewals.ts";
import { addKeySettings, keySettingsOf, type KeyOptions } from "./key-settings.ts";

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

type NewKey = KeyOptions & { name: string; role: string; tenant?: string; lifetime?: number };

const RevokedKey = z.looseObject({ id: z.string(), revoked: z.literal(true) });

export function addKeys(program: Command, cli: Cli): void {
  const keys = program
    .command("keys")
    .description("The API keys of this line's users. Needs the right `read-settings`; changes need `manage-keys`.");
  addCreate(keys, cli);
  addList(keys, cli);
  addKeyChange(keys, cli);
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
    .option(
      "--lifetime <duration>",
      "it ends so long after it was given out unless it is refreshed, like 1h",
      duration,
    );
  addKeySettings(create).addHelpText(
    "after",
    "\nExamples:\n  npm run -s signalbox -- keys create --name ci --tenant team-a --expires 30d\n" +
      "  npm run -s signalbox -- keys create --name ops --role admin --json",
  );
  does<NewKey>(create, cli, async ({ connect, options, print, terminal }) => {
    const made = await connect().api.call(CreatedKey, {
      method: "POST",
      path: "/admin/v1/keys",
      body: bodyOf(options),
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

function bodyOf({ name, role, tenant, lifetime, ...settings }: NewKey): object {
  return { name, role, tenant, lifetimeSeconds: lifetime, ...keySettingsOf(settings) };
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
