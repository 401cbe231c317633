import { serverGreets } from "../../process/server-greets.ts";
import { SSL_REQUEST } from "../../postgres/start-postgres.ts";
import type { RuntimeFile } from "../connection.ts";
import { fail, ok, type Check, PROBE_TIMEOUT_MS } from "./check.ts";

/** Whether the two servers that all services stand on say anything: what the services say of them is known later, and is one of its effects. */
export function serversCheck({ natsUrl, databaseUrl }: Pick<RuntimeFile, "natsUrl" | "databaseUrl">): Check[] {
  if (natsUrl === undefined || databaseUrl === undefined) return [];
  const asked = [
    { name: "NATS", log: "nats.log", ...placeOf(natsUrl) },
    { name: "PostgreSQL", log: "postgres.log", ...placeOf(databaseUrl), say: SSL_REQUEST },
  ];
  return [
    {
      name: "servers",
      look: async () => {
        const answers = await Promise.all(
          asked.map((server) => serverGreets({ ...server, timeoutMs: PROBE_TIMEOUT_MS })),
        );
        const silent = asked.filter((_, index) => answers[index] !== true);
        if (silent.length === 0) return ok("NATS and PostgreSQL answer");
        const logs = silent.map(({ log }) => `<home>/logs/${log}`).join(" and ");
        return fail(
          silent.map(({ name, port }) => `${name} (port ${port}) says nothing`).join(", "),
          `Read ${logs}; what else fails here may follow from it. One that says nothing for two minutes is started again by the line.`,
        );
      },
    },
  ];
}

function placeOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
