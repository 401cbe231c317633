import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * Where a transaction of the sequencer can be stopped: its rows are not sent yet; its rows are written and its COMMIT, or
 * the end of a statement that is a transaction by itself, is not sent yet; it is committed, and the sequencer does not
 * know.
 */
type CrashPoint = "insert" | "commit" | "committed";

export const CRASH_POINTS: readonly CrashPoint[] = ["insert", "commit", "committed"];

/** A connection that stands still at a point; nothing passes it any more in that direction. */
type Halted = {
  /** Breaks the connection on both sides. */
  cut(): void;
};

/** A way to Postgres that can be cut, as a whole or in the middle of a transaction. */
export type PostgresLink = AsyncDisposable & {
  readonly url: string;
  /** Connections break and new ones are refused. */
  cut(): void;
  mend(): void;
  /** Resolves when the sequencer next comes to this point, where it is held. */
  haltAt(point: CrashPoint): Promise<Halted>;
  /** Lets the sequencer's next COMMIT through and breaks the connection in the same moment. */
  cutBehindCommit(): Promise<void>;
};

type Wanted = { readonly point: CrashPoint | "behind-commit"; readonly reached: (halted: Halted) => void };

export async function linkToPostgres(url: string): Promise<PostgresLink> {
  const target = new URL(url);
  const [port, host] = [Number(target.port), target.hostname];
  const open = new Set<Crossing>();
  let isCut = false;
  let wanted: Wanted | null = null;
  function takeWanted(point: Wanted["point"]): Wanted | null {
    if (wanted?.point !== point) return null;
    const taken = wanted;
    wanted = null;
    return taken;
  }
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const crossing = new Crossing(client, connect(port, host), takeWanted);
    open.add(crossing);
    crossing.onEnd = () => open.delete(crossing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  target.port = String((server.address() as { port: number }).port);
  function cutAll(): void {
    for (const crossing of open) crossing.cut();
  }
  function want(point: Wanted["point"]): Promise<Halted> {
    return new Promise((reached) => {
      wanted = { point, reached };
    });
  }
  return {
    url: target.href,
    cut() {
      isCut = true;
      cutAll();
    },
    mend() {
      isCut = false;
    },
    haltAt: want,
    async cutBehindCommit() {
      (await want("behind-commit")).cut();
    },
    async [Symbol.asyncDispose]() {
      cutAll();
      server.close();
      await once(server, "close");
    },
  };
}

const SYNC = "S";
const READY_FOR_QUERY = "Z";

/** One connection with both of its directions read message by message. */
class Crossing implements Halted {
  onEnd: () => void = () => {};
  readonly #client: Socket;
  readonly #server: Socket;
  #isSequencer = false;
  /** What the sequencer is at: rows have been sent; what ends the transaction has been sent. */
  #phase: "none" | "written" | "ended" = "none";
  #isExplicit = false;

  constructor(client: Socket, server: Socket, takeWanted: (point: Wanted["point"]) => Wanted | null) {
    this.#client = client;
    this.#server = server;
    for (const socket of [client, server]) {
      socket.on("error", () => this.cut());
      socket.on("close", () => this.cut());
    }
    relay({ from: client, to: server, startsUntyped: true }, (type, body) => {
      if (type === "") this.#isSequencer = body.includes("audit-ledger sequencer");
      if (!this.#isSequencer) return "pass";
      const statement = statementOf(type, body);
      if (statement === "begin") this.#isExplicit = true;
      if (statement === "insert") {
        this.#phase = "written";
        return this.#stand(takeWanted("insert"));
      }
      const isEnd = this.#endsTransaction(type, statement);
      // Also one that wrote nothing, or that failed: the next statement may be a transaction by itself.
      if (statement === "commit" || statement === "rollback") this.#isExplicit = false;
      if (statement === "rollback") this.#phase = "none";
      if (!isEnd) return "pass";
      this.#phase = "ended";
      const behind = takeWanted("behind-commit");
      if (behind !== null) setImmediate(() => behind.reached(this));
      return this.#stand(takeWanted("commit"));
    });
    relay({ from: server, to: client, startsUntyped: false }, (type) => {
      if (type !== READY_FOR_QUERY || this.#phase !== "ended") return "pass";
      this.#phase = "none";
      return this.#stand(takeWanted("committed"));
    });
  }

  /** Outside of an explicit transaction it is the Sync behind a statement that commits it. */
  #endsTransaction(type: string, statement: string | null): boolean {
    if (this.#phase !== "written") return false;
    return this.#isExplicit ? statement === "commit" : type === SYNC;
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
    this.onEnd();
  }

  #stand(wanted: Wanted | null): "pass" | "hold" {
    if (wanted === null) return "pass";
    wanted.reached(this);
    return "hold";
  }
}

/** The text of a plain query, or the name of a prepared statement that is bound. */
function statementOf(type: string, body: Buffer): string | null {
  if (type === "Q") return body.toString("utf8", 0, body.length - 1).toLowerCase();
  if (type !== "B") return null;
  const portalEnd = body.indexOf(0);
  return body.toString("utf8", portalEnd + 1, body.indexOf(0, portalEnd + 1));
}

type Direction = { readonly from: Socket; readonly to: Socket; readonly startsUntyped: boolean };

/**
 * Passes on whole messages of the PostgreSQL protocol: a type of one byte, a length of four that counts itself, a body.
 * A client's first message has no type. From a message that is held on, nothing passes.
 */
function relay({ from, to, startsUntyped }: Direction, look: (type: string, body: Buffer) => "pass" | "hold"): void {
  let rest: Buffer = Buffer.alloc(0);
  let isUntyped = startsUntyped;
  let isHeld = false;
  from.on("data", (chunk: Buffer) => {
    if (isHeld) return;
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const head = isUntyped ? 0 : 1;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      const type = isUntyped ? "" : message.toString("latin1", 0, 1);
      isUntyped = false;
      if (look(type, message.subarray(head + 4)) === "hold") {
        isHeld = true;
        return;
      }
      to.write(message);
    }
  });
}
