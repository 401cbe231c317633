import { resolve } from "node:path";
import { DEFAULT_HOME } from "../home/home.ts";
import type { Line } from "./start-line.ts";

/** What a newcomer reads when the line is up. */
export function announcement(line: Line, demonstration: readonly string[]): string {
  const { baseUrl, apiKey } = line.ready();
  const home = line.home.dir === resolve(DEFAULT_HOME) ? "" : ` --home ${line.home.dir}`;
  const body = '{"model":"auto","messages":[{"role":"user","content":"Hello!"}]}';
  const sections: [string, readonly string[]][] = [
    ["Providers", line.providerNotes],
    ["Demonstration", demonstration],
    [
      "Try it",
      [
        `curl ${baseUrl}/v1/chat/completions -H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json' -d '${body}'`,
      ],
    ],
    [
      "Follow the register",
      [
        `npm run -s signalbox -- tail${home}`,
        `curl -N '${baseUrl}/v1/events?from=0' -H 'authorization: Bearer ${apiKey}'`,
        `npm run -s signalbox -- decisions list${home}`,
      ],
    ],
    [
      "Signalbox is ready",
      [
        `Base URL    ${baseUrl}/v1`,
        `API key     ${apiKey}`,
        `Both keys   ${line.home.credentialsFile}`,
        `Logs        ${line.home.logs}`,
        "Stop it with Ctrl-C.",
      ],
    ],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `\n${title}\n${lines.map((each) => `  ${each}`).join("\n")}`)
    .join("\n");
}
