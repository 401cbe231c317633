/** One process of the sketch: `node sketch-stage.ts STAGE NATS_URL UPSTREAM_URL`. */
import { once } from "node:events";
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ClientDuplexStream,
  type ServerDuplexStream,
} from "@grpc/grpc-js";
import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import type { Msg } from "nats";
import { serveAsChild } from "./serve-as-child.ts";
import { EVENT_SUBJECT } from "./sketch-bus.ts";
import { bytes, EXCHANGE, NOTHING, pieceOf, readPiece } from "./sketch-exchange.ts";
import type { SketchStage } from "./sketch.ts";

/** As large as an ordinary decision and outcome are on their way to the register. */
const DECISION = Buffer.alloc(3_500, "x");
const OUTCOME = Buffer.alloc(1_500, "x");
const REPLIES = "reply";
/** What travels from stage to stage: whose request it is, and what the last one adds, where the body waits to go. */
type Order = { readonly id: number; readonly address?: string };
type Pass = (order: Order) => void | Promise<void>;

const [stage = "", natsUrl = "", upstreamUrl = ""] = process.argv.slice(2);
const nats = await connectOperator(natsUrl);
const events = nats.jetstream();

const STAGES: Record<SketchStage, () => Promise<void>> = {
  ingress: serveIngress,
  classifier: () => take("classify", (order) => send("lookup", order)),
  cache: () => take("lookup", (order) => send("decide", order)),
  policy: () =>
    take("decide", async (order) => {
      await events.publish(EVENT_SUBJECT, DECISION);
      send("dispatch", order);
    }),
  dispatcher: serveDispatcher,
};
await STAGES[stage as SketchStage]();

function send(to: string, order: Order): void {
  nats.publish(`sketch.${to}`, JSON.stringify(order));
}

async function take(what: string, pass: Pass): Promise<void> {
  nats.subscribe(`sketch.${what}`, { queue: "sketch", callback: (_error, message) => void pass(read(message)) });
  await nats.flush();
  process.once("disconnect", () => process.exit(0));
  process.send?.({ port: 0 });
}

function read(message: Msg): Order {
  return message.json<Order>();
}

async function serveIngress(): Promise<void> {
  const waiting = new Map<number, (address: string) => void>();
  const taking = new Map<number, (content: Buffer) => void>();
  let shared: ClientDuplexStream<Buffer, Buffer> | null = null;
  let lastId = 0;
  nats.subscribe(`sketch.${REPLIES}`, {
    callback: (_error, message) => {
      const { id, address = "" } = read(message);
      waiting.get(id)?.(address);
      waiting.delete(id);
    },
  });
  function openCall(address: string): ClientDuplexStream<Buffer, Buffer> {
    const call = new Client(address, credentials.createInsecure()).makeBidiStreamRequest(EXCHANGE.path, bytes, bytes);
    return call.on("data", (piece: Buffer) => {
      const { id, content } = readPiece(piece);
      taking.get(id)?.(content);
      if (content.length === 0) taking.delete(id);
    });
  }
  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const id = (lastId += 1);
    const claimed = new Promise<string>((resolve) => waiting.set(id, resolve));
    send("classify", { id });
    const address = await claimed;
    taking.set(id, (content) => {
      if (content.length === 0) response.end();
      else if (response.headersSent) response.write(content);
      else {
        // The first piece is the head of the answer, as the dispatcher read it.
        const { status, type } = JSON.parse(content.toString()) as { status: number; type: string };
        response.writeHead(status, { "content-type": type });
      }
    });
    shared ??= openCall(address);
    shared.write(pieceOf(id, body));
  }
  await serveAsChild(createServer((incoming, response) => void answer(incoming, response)));
}

async function serveDispatcher(): Promise<void> {
  const upstream = new URL(upstreamUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  async function dispatch(call: ServerDuplexStream<Buffer, Buffer>, order: Buffer): Promise<void> {
    const { id, content: body } = readPiece(order);
    const headers = { "content-type": "application/json", "content-length": body.length };
    const to = { agent, host: upstream.hostname, port: upstream.port, path: "/v1/chat/completions", headers };
    const [answer] = (await once(request({ ...to, method: "POST" }).end(body), "response")) as [IncomingMessage];
    const head = { status: answer.statusCode, type: answer.headers["content-type"] };
    call.write(pieceOf(id, Buffer.from(JSON.stringify(head))));
    for await (const piece of answer) call.write(pieceOf(id, piece as Buffer));
    await events.publish(EVENT_SUBJECT, OUTCOME);
    call.write(pieceOf(id, NOTHING));
  }
  const server = new Server();
  server.addService(
    { exchange: EXCHANGE },
    {
      exchange: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on("data", (order: Buffer) => {
          dispatch(call, order).catch((error: unknown) => call.destroy(error as Error));
        });
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  await take("dispatch", ({ id }) => send(REPLIES, { id, address: `127.0.0.1:${port}` }));
}
