import { runService } from "@signalbox/kit";
import { Config } from "./config.ts";
import { startPolicy } from "./service.ts";

await runService({ name: "policy", config: Config, start: startPolicy });
