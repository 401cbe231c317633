import {
  claimedOrigin,
  cosign,
  decodeUtf8,
  judgeCheckpoint,
  parseAddCheckpoint,
  type Cosigner,
  type NoteVerifier,
} from "@signalbox/tlog";
import type { WitnessState } from "./witness-state.ts";

export type WitnessAnswer = { readonly status: number; readonly contentType: string; readonly body: string };

export type WitnessOptions = {
  readonly cosigner: Cosigner;
  /** The logs whose checkpoints are cosigned; several keys may bear one origin. */
  readonly logs: readonly NoteVerifier[];
  readonly state: WitnessState;
  /** POSIX seconds. */
  readonly now: () => number;
};

const TEXT = "text/plain; charset=utf-8";
/** C2SP tlog-witness: how a conflict tells the size that was cosigned last. */
const SIZE = "text/x.tlog.size";

/** Answers `add-checkpoint` (C2SP tlog-witness). Requests of one log are taken one after the other. */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  async addCheckpoint(body: Uint8Array | string): Promise<WitnessAnswer> {
    const text = typeof body === "string" ? body : decodeUtf8(body);
    const request = text === null ? null : parseAddCheckpoint(text);
    const origin = request && claimedOrigin(request);
    if (request === null || origin === null) return plain(400, "malformed");
    const verifiers = this.#options.logs.filter(({ name }) => name === origin);
    if (verifiers.length === 0) return plain(404, "unknown log");
    return this.#inTurn(origin, async () => {
      const { state, cosigner, now } = this.#options;
      const verdict = judgeCheckpoint(request, verifiers, await state.read(origin));
      if (verdict.status === 409) return { status: 409, contentType: SIZE, body: `${verdict.size}\n` };
      if (verdict.status !== 200) return plain(verdict.status, verdict.reason);
      await state.write(origin, verdict.checkpoint);
      return { status: 200, contentType: TEXT, body: cosign(verdict.body, cosigner, now()) };
    });
  }

  /** Deciding and keeping are one step: between them no other request of the log is looked at. */
  #inTurn(origin: string, work: () => Promise<WitnessAnswer>): Promise<WitnessAnswer> {
    const turn = (this.#turns.get(origin) ?? Promise.resolve()).then(work);
    this.#turns.set(
      origin,
      turn.catch(() => {}),
    );
    return turn;
  }
}

function plain(status: number, reason: string): WitnessAnswer {
  return { status, contentType: TEXT, body: `${reason}\n` };
}
