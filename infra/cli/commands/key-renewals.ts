import type { Command } from "commander";
import { z } from "zod";
import { type Cli, type CommandContext, does } from "../command-context.ts";
import { EXIT, type ExitCode } from "../failure.ts";
import { duration } from "../option-values.ts";

const RenewedKey = z.looseObject({
  id: z.string(),
  expiresAt: z.string().nullish(),
  previousSecretUntil: z.string().nullish(),
  secret: z.string(),
});

/** New secrets for keys that there are. */
export function addRenewals(keys: Command, cli: Cli): void {
  const rotate = keys
    .command("rotate")
    .argument("<id>", "the key's id, as `keys list` shows it")
    .option("--overlap <duration>", "how long the present secret goes on beside the new one, like 1h", duration, 0)
    .description(
      "Gives a key another secret, shown this once; without an overlap the present one ends within a second.",
    )
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- keys rotate 0a1b2c3d4e5f --overlap 1h");
  does<{ overlap: number }>(rotate, cli, async (context, id = "") =>
    renew(context, { id, call: "rotate", body: { overlapSeconds: context.options.overlap } }),
  );
  const refresh = keys
    .command("refresh")
    .argument("<id>", "the key's id")
    .description(
      "Renews a short-lived key, with another secret that is shown this once. Its own bearer may, with --key.",
    )
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- keys refresh 0a1b2c3d4e5f --key sk-sb-…");
  does(refresh, cli, async (context, id = "") => renew(context, { id, call: "refresh" }));
}

async function renew(
  { connect, options, print, terminal }: CommandContext<unknown>,
  { id, call, body }: { id: string; call: string; body?: object },
): Promise<ExitCode> {
  const path = `/admin/v1/keys/${encodeURIComponent(id)}/${call}`;
  const renewed = await connect().api.call(RenewedKey, { method: "POST", path, body: body ?? {} });
  // `key` is what scripts read of it.
  print({ ...renewed, key: renewed.secret }, () => renewed.secret);
  if (options.json !== true) {
    const before =
      renewed.previousSecretUntil == null
        ? "the one before has ended"
        : `the one before ends ${renewed.previousSecretUntil}`;
    const until = renewed.expiresAt == null ? "" : `, valid until ${renewed.expiresAt}`;
    terminal.err(`another secret of key ${renewed.id}${until}; ${before}: keep it, it is not shown again`);
  }
  return EXIT.ok;
}
