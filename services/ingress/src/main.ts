import { runService } from "@signalbox/kit";
import { Config } from "./config.ts";
import { startIngress } from "./service.ts";

await runService({ name: "ingress", config: Config, start: startIngress });
