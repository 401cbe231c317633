import { CLASSIFIER_DOCUMENT, warmUp } from "@signalbox/classify";
import { connectBus, createLogger, startHealthServer, type RunningService } from "@signalbox/kit";
import { listenClassify } from "./classify-stage.ts";
import type { Config } from "./config.ts";

/** Starts the classifier: it takes requests from the moment that the promise resolves. */
export async function startClassifier(config: Config): Promise<RunningService> {
  const log = createLogger("classifier", { level: config.logLevel, instance: config.instance });
  await using starting = new AsyncDisposableStack();
  const bus = starting.use(
    await connectBus({ service: "classifier", instance: config.instance, nats: config.nats, log }),
  );
  warmUp(CLASSIFIER_DOCUMENT);
  starting.use(listenClassify({ bus, log }));
  starting.use(await startHealthServer(config.healthPort, () => bus.isConnected()));
  await bus.connection.flush();
  const running = starting.move();
  return { ports: {}, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
