import { runService } from "@signalbox/kit";
import { Config } from "./config.ts";
import { startDispatcher } from "./service.ts";

await runService({ name: "dispatcher", config: Config, start: startDispatcher });
