import type { Command } from "commander";
import { z } from "zod";
import { type Cli, does } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatTable } from "../format/table.ts";

const Identity = z.looseObject({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  team: z.string().nullable(),
  project: z.string().nullable(),
  createdAt: z.string(),
  disabledAt: z.string().nullable(),
});
type Identity = z.infer<typeof Identity>;
const IdentityList = z.looseObject({ data: z.array(Identity) });

/** What stands between a tenant and its keys, and what each is within. */
const KINDS = [
  { path: "teams", one: "team", within: [] },
  { path: "projects", one: "project", within: ["team"] },
  { path: "users", one: "user", within: ["team", "project"] },
  { path: "service-accounts", one: "service account", within: ["team", "project"] },
] as const;
type Kind = (typeof KINDS)[number];

type Options = { tenant?: string; name?: string; team?: string; project?: string };

export function addIdentities(program: Command, cli: Cli): void {
  for (const kind of KINDS) {
    const group = program
      .command(kind.path)
      .description(
        `The ${kind.one}s of a tenant. Needs the right \`read-settings\`; changes need \`manage-identities\`.`,
      );
    addList(group, kind, cli);
    addCreate(group, kind, cli);
    addSwitch(group, kind, { cli, disabled: true });
    addSwitch(group, kind, { cli, disabled: false });
  }
}

function addList(group: Command, { path, one }: Kind, cli: Cli): void {
  const list = group.command("list").description(`All ${one}s of a tenant, disabled ones too.`);
  tenantOption(list).addHelpText("after", `\nExamples:\n  npm run -s signalbox -- ${path} list --tenant alice`);
  does<Options>(list, cli, async ({ connect, options, print }) => {
    const { tenant } = options;
    const answer = await connect().api.call(IdentityList, { path: `/admin/v1/${path}`, query: { tenant } });
    print(answer, () => formatIdentities(answer.data));
    return EXIT.ok;
  });
}

function addCreate(group: Command, { path, one, within }: Kind, cli: Cli): void {
  const create = group
    .command("create")
    .argument("<id>", "what keys, budgets and rules call it by")
    .option("--name <name>", "what people call it")
    .description(`Makes a ${one}. One that a key names for the first time is made with the key.`);
  tenantOption(create);
  for (const part of within) create.option(`--${part} <id>`, `the ${part} that it is of`);
  create.addHelpText("after", `\nExamples:\n  npm run -s signalbox -- ${path} create red --tenant alice`);
  does<Options>(create, cli, async ({ connect, options, print }, id = "") => {
    const { tenant, name, team, project } = options;
    const body = { id, tenant, name, team, project };
    const made = await connect().api.call(Identity, { method: "POST", path: `/admin/v1/${path}`, body });
    print(made, () => formatIdentities([made]));
    return EXIT.ok;
  });
}

function addSwitch(group: Command, { path, one }: Kind, { cli, disabled }: { cli: Cli; disabled: boolean }): void {
  const word = disabled ? "disable" : "enable";
  const command = group
    .command(word)
    .argument("<id>", `the ${one}'s id`)
    .description(
      disabled
        ? `Refuses all keys and tokens of a ${one}, and of what is within it, within a second.`
        : `Lets the keys and tokens of a ${one} in again.`,
    );
  tenantOption(command).addHelpText("after", `\nExamples:\n  npm run -s signalbox -- ${path} ${word} red`);
  does<Options>(command, cli, async ({ connect, options, print }, id = "") => {
    const changed = await connect().api.call(Identity, {
      method: "PATCH",
      path: `/admin/v1/${path}/${encodeURIComponent(id)}`,
      query: { tenant: options.tenant },
      body: { disabled },
    });
    print(changed, () => `${word}d ${changed.id}`);
    return EXIT.ok;
  });
}

function tenantOption(command: Command): Command {
  return command.option("--tenant <tenant>", "whose (default: the asking key's own)");
}

function formatIdentities(identities: readonly Identity[]): string {
  return formatTable(
    [
      { title: "ID" },
      { title: "TENANT" },
      { title: "NAME" },
      { title: "TEAM" },
      { title: "PROJECT" },
      { title: "STATE" },
    ],
    identities.map(({ id, tenant, name, team, project, disabledAt }) => [
      id,
      tenant,
      name,
      team ?? "",
      project ?? "",
      disabledAt === null ? "active" : `disabled ${disabledAt.slice(0, 10)}`,
    ]),
  );
}
