import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Example } from "./example.ts";

/** Names of the Presidio set → names here; other types are not looked for. */
const PRESIDIO_TYPES: Readonly<Record<string, string>> = {
  EMAIL_ADDRESS: "pii.email",
  PHONE_NUMBER: "pii.phone",
  IBAN_CODE: "pii.iban",
  CREDIT_CARD: "pii.card",
  US_SSN: "pii.ssn",
  IP_ADDRESS: "pii.ip",
};

/** A text that is to be found, or not, as a whole. */
export type LabelledText = { readonly text: string; readonly positive: boolean };

/** The folder with the files: the one that is named, or `labels` in it. */
export function labelsFolder(dir: string): string | null {
  return [join(dir, "labels"), dir].find((each) => existsSync(join(each, "xstest_prompts.csv"))) ?? null;
}

/** microsoft/presidio-research, synthetic personal data; held-out are the sentences of every second template. */
export function presidio(folder: string): Example[] {
  type Row = {
    readonly full_text: string;
    readonly template_id: number;
    readonly spans: readonly { entity_type: string; start_position: number; end_position: number }[];
  };
  return (json(folder, "presidio_synth_dataset_v2.json.gz") as Row[]).map((row) => ({
    text: row.full_text,
    split: row.template_id % 2 === 0 ? "dev" : "held-out",
    spans: row.spans.flatMap(({ entity_type, start_position, end_position }) => {
      const type = PRESIDIO_TYPES[entity_type];
      return type === undefined
        ? []
        : [{ type, start: utf16At(row.full_text, start_position), end: utf16At(row.full_text, end_position) }];
    }),
  }));
}

/** deepset/prompt-injections. */
export function deepset(folder: string, half: "train" | "test"): LabelledText[] {
  return lines(folder, `deepset_prompt_injections_${half}.jsonl`).map((line) => {
    const { text, label } = JSON.parse(line) as { text: string; label: number };
    return { text, positive: label === 1 };
  });
}

/** microsoft/BIPIA: every attack at the end of a mail, and the mails alone. */
export function bipia(folder: string, half: "train" | "test"): LabelledText[] {
  const mails = lines(folder, `bipia_email_${half}.jsonl`).map(
    (line) => (JSON.parse(line) as { context: string }).context,
  );
  const attacks = Object.values(json(folder, `bipia_text_attack_${half}.json`) as Record<string, string[]>).flat();
  return [
    ...attacks.map((attack, at) => ({ text: `${mails[at % mails.length]}\n\n${attack}`, positive: true })),
    ...mails.map((text) => ({ text, positive: false })),
  ];
}

/** XSTest: prompts that are safe and sound as if they were not. */
export function xstestSafe(folder: string): string[] {
  return csvRows(readFileSync(join(folder, "xstest_prompts.csv"), "utf8"))
    .filter((row) => row[3] === "safe")
    .map((row) => row[1] ?? "");
}

/** meta-llama/PurpleLlama: harmless prompts about security. */
export function mitre(folder: string): string[] {
  return (json(folder, "purplellama_mitre_frr.json.gz") as { mutated_prompt: string }[]).map(
    (row) => row.mutated_prompt,
  );
}

/** Prompts that nobody labelled, none of which was looked at when the detectors were made. */
const UNLABELLED = [
  "gsm8k_test.jsonl.gz",
  "banking77_test.csv.gz",
  "self_instruct_seed_tasks.jsonl.gz",
  "mt_bench_question.jsonl",
  "vicuna_bench_question.jsonl",
];

export function unlabelled(folder: string): string[] {
  return UNLABELLED.flatMap((file) => {
    const text = bytesOf(folder, file).toString("utf8").trim();
    if (file.includes(".csv")) return csvRows(text).map((row) => row[0] ?? "");
    return text.split("\n").map((line) =>
      Object.values(JSON.parse(line) as object)
        .flat()
        .map(textOf)
        .join("\n"),
    );
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function json(folder: string, file: string): unknown {
  return JSON.parse(bytesOf(folder, file).toString("utf8"));
}

function bytesOf(folder: string, file: string): Buffer {
  const bytes = readFileSync(join(folder, file));
  return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

function lines(folder: string, file: string): string[] {
  return readFileSync(join(folder, file), "utf8").trim().split("\n");
}

/** The set counts in code points. */
function utf16At(text: string, codePoints: number): number {
  let at = 0;
  for (let left = codePoints; left > 0 && at < text.length; left -= 1) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}

/** RFC 4180. */
function csvRows(text: string): string[][] {
  return [...text.matchAll(/(?:^|\n)((?:"(?:[^"]|"")*"|[^\n"])+)/g)].map(([, row = ""]) =>
    [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
    ),
  );
}
