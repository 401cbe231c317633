import { runService } from "@signalbox/kit";
import { Config } from "./config.ts";
import { startClassifier } from "./service.ts";

await runService({ name: "classifier", config: Config, start: startClassifier });
