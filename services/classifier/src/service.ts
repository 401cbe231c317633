import { CLASSIFIER_DOCUMENT, warmUp } from "@signalbox/classify";
import { connectBus, createLogger, runningService, startHealthServer, type RunningService } from "@signalbox/kit";
import { listenClassify } from "./classify-stage.ts";
import type { Config } from "./config.ts";

/** Starts the classifier: it takes requests from the moment that the promise resolves. */
export async function startClassifier(config: Config): Promise<RunningService> {
  const log = createLogger("classifier", config);
  await using starting = new AsyncDisposableStack();
  const bus = starting.use(await connectBus("classifier", config, log));
  warmUp(CLASSIFIER_DOCUMENT);
  starting.use(listenClassify({ bus, log }));
  starting.use(await startHealthServer(config, () => bus.isConnected()));
  await bus.connection.flush();
  return runningService(starting);
}
