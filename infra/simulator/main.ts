import { once } from "node:events";
import { parseArgs } from "node:util";
import { startSimulator } from "./start-simulator.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    "first-chunk-ms": { type: "string", default: "20" },
    "chunk-every-ms": { type: "string", default: "10" },
    fail: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(
    "Usage: node infra/simulator/main.ts [--port N] [--host H] [--first-chunk-ms N] [--chunk-every-ms N] [--fail WAY]",
  );
} else {
  await using simulator = await startSimulator({
    port: Number(values.port),
    host: values.host,
    firstChunkMs: Number(values["first-chunk-ms"]),
    chunkEveryMs: Number(values["chunk-every-ms"]),
    fail: values.fail ?? null,
  });
  console.log(JSON.stringify({ ready: true, baseUrl: simulator.baseUrl }));
  process.send?.({ ready: true, ports: { http: simulator.port } });
  const stop = new AbortController();
  for (const event of ["SIGINT", "SIGTERM", "disconnect"]) process.once(event, () => stop.abort());
  if (!stop.signal.aborted) await once(stop.signal, "abort");
  if (process.connected) process.disconnect();
}
