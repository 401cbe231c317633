import { runService } from "@signalbox/kit";
import { Config } from "./config.ts";
import { startCache } from "./service.ts";

await runService({ name: "cache", config: Config, start: startCache });
