// Loads what a start will load, in a process whose end writes Node's compile cache (NODE_COMPILE_CACHE).
import { STAGES } from "@signalbox/proto";

for (const stage of STAGES) {
  await import(`../services/${stage}/src/service.ts`);
  await import(`../services/${stage}/src/config.ts`);
}
await import("./supervisor/start-line.ts");
await import("./supervisor/make-first-keys.ts");
await import("./postgres/apply-migrations.ts");
await import("./supervisor/demonstration.ts");
await import("./supervisor/line-options.ts");
await import("./simulator/start-simulator.ts");
await import("./cli/run-cli.ts");
