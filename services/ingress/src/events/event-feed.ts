import type { ServerResponse } from "node:http";
import { encodeComment, encodeEvent } from "@signalbox/dialects";
import type { LedgerEntry } from "@signalbox/proto/grpc/ledger";
import type { LedgerReader } from "../decisions/ledger-reader.ts";
import { renderEntry } from "../decisions/render-entry.ts";
import type { Principal } from "../keys/key-ring.ts";

const KEEP_ALIVE_EVERY_MS = 15_000;
/** Together with the key ring's poll, below the second within which a revocation must hold. */
const ALLOWED_CHECK_EVERY_MS = 500;
const RECONNECT_WAIT_MS = 500;

type FeedOptions = {
  readonly reader: Principal;
  /** Empty: all that the reader may see. */
  readonly tenant: string;
  readonly fromIndex: bigint;
  readonly types: readonly string[];
  /** Asked again and again: the feed ends when the reader's key no longer holds. */
  readonly isAllowed: () => boolean;
};

/**
 * Writes the register's entries to a response until its reader leaves. After an outage of the ledger it continues at the next
 * index, so that a reader sees each entry exactly once.
 */
export class EventFeed {
  readonly #ledger: LedgerReader;
  readonly #response: ServerResponse;
  readonly #options: FeedOptions;
  #nextIndex: bigint;
  #stop: () => void = () => {};

  constructor(ledger: LedgerReader, response: ServerResponse, options: FeedOptions) {
    this.#ledger = ledger;
    this.#response = response;
    this.#options = options;
    this.#nextIndex = options.fromIndex;
  }

  start(): void {
    this.#response.write(encodeComment("following the register"));
    const keepAlive = setInterval(() => this.#response.write(encodeComment("keep-alive")), KEEP_ALIVE_EVERY_MS);
    const check = setInterval(() => {
      if (!this.#options.isAllowed()) this.end();
    }, ALLOWED_CHECK_EVERY_MS);
    this.#response.once("close", () => {
      clearInterval(keepAlive);
      clearInterval(check);
      this.#stop();
    });
    this.#follow();
  }

  end(): void {
    this.#response.end();
    this.#stop();
  }

  #follow(): void {
    const { reader, tenant, types } = this.#options;
    const call = this.#ledger.tail(reader, { tenant, fromIndex: this.#nextIndex, types: [...types] });
    let timer: NodeJS.Timeout | undefined;
    this.#stop = () => {
      clearTimeout(timer);
      call.cancel();
    };
    call.on("data", (entry: LedgerEntry) => {
      if (this.#write(entry)) return;
      call.pause();
      this.#response.once("drain", () => call.resume());
    });
    // The end of the call follows its error.
    call.on("error", () => {});
    call.on("end", () => {
      if (this.#response.destroyed || this.#response.writableEnded) return;
      timer = setTimeout(() => {
        this.#follow();
      }, RECONNECT_WAIT_MS);
    });
  }

  #write(entry: LedgerEntry): boolean {
    if (this.#response.writableEnded || this.#response.destroyed) return true;
    this.#nextIndex = entry.index + 1n;
    const rendered = renderEntry(entry);
    return this.#response.write(
      encodeEvent({ id: String(rendered.index), event: rendered.type, data: JSON.stringify(rendered) }),
    );
  }
}
