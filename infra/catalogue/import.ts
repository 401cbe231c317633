/**
 * Makes the catalogue's data files from the list of models.dev:
 * `node infra/catalogue/import.ts <models.json>`. The list itself is not kept.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withSteppedPrices } from "./alibaba-prices.ts";
import { importModel, isChatModel } from "./import-model.ts";
import { CATALOGUE_DATA_DIR } from "./load-catalogue.ts";
import { ProviderFile } from "./provider-file.ts";
import { PROVIDER_HEADS, type ProviderHead } from "./provider-heads.ts";
import { withRegionalPrices } from "./regional-prices.ts";
import { corrected } from "./source-corrections.ts";
import { SourceList } from "./source-list.ts";

const file = process.argv[2];
if (file === undefined) {
  console.error("Usage: node infra/catalogue/import.ts <models.json>");
  process.exit(2);
}
const list = SourceList.parse(JSON.parse(readFileSync(file, "utf8")));
mkdirSync(CATALOGUE_DATA_DIR, { recursive: true });
for (const head of PROVIDER_HEADS) {
  const made = importProvider(head, list);
  writeFileSync(join(CATALOGUE_DATA_DIR, `${head.provider}.json`), render(made));
  console.log(`${head.provider}: ${made.models.length} models`);
}

function importProvider(head: ProviderHead, from: SourceList): ProviderFile {
  const { source, documented: _, zeroIsTrial: __, ...kept } = head;
  const listed = from.providers[source];
  if (listed === undefined) throw new Error(`the list has no provider ${source}`);
  return ProviderFile.parse({
    ...kept,
    name: listed.name,
    docs: listed.doc,
    date: from.date,
    models: withSteppedPrices(
      head.provider,
      withRegionalPrices(
        head.provider,
        Object.entries(listed.models)
          .map(([id, model]) => [id, corrected(head.provider, id, model)] as const)
          .filter(([id, model]) => isChatModel(id, model))
          .map(([id, model]) => importModel(head, id, model)),
      ),
    ).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  });
}

/** One line a model, so that a review of an update reads as a list of models that changed. */
function render({ models, ...head }: ProviderFile): string {
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  const rows = models.map((model) => `    ${JSON.stringify(model)}`);
  return `{\n${lines.join("\n")}\n  "models": [\n${rows.join(",\n")}\n  ]\n}\n`;
}
