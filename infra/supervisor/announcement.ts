import { resolve } from "node:path";
import { DEFAULT_HOME } from "../home/home.ts";
import type { Line } from "./start-line.ts";

/** What a newcomer reads when the line is up. */
export function announcement(line: Line): string {
  const { baseUrl, apiKey } = line.ready();
  const home = line.home.dir === resolve(DEFAULT_HOME) ? "" : ` --home ${shellWord(line.home.dir)}`;
  const body = '{"model":"auto","messages":[{"role":"user","content":"Hello!"}]}';
  return [
    section("Signalbox is ready", [
      `Base URL    ${baseUrl}/v1`,
      `API key     ${apiKey}`,
      `Both keys   ${line.home.credentialsFile}`,
      `Logs        ${line.home.logs}`,
      "Stop it with Ctrl-C.",
    ]),
    section("Providers", line.providerNotes),
    section("Try it", [
      `curl ${baseUrl}/v1/chat/completions -H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json' -d '${body}'`,
    ]),
    section("Follow the register", [
      `npm run -s signalbox -- tail${home}`,
      `npm run -s signalbox -- decisions list${home}`,
      `curl -N '${baseUrl}/v1/events?from_index=0' -H 'authorization: Bearer ${apiKey}'`,
    ]),
  ].join("\n");
}

/** What became of the demonstration request. */
export function demonstrationText(lines: readonly string[]): string {
  return section("Demonstration", lines);
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function section(title: string, lines: readonly string[]): string {
  return `\n${title}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
