import { type Engine, failedFrom } from "../engine/client.ts";
import type { Failed, QuerySource, Stability, Why } from "../engine/types.ts";
import { Latest, type Outcome } from "./latest.ts";

/** A photo of the query and a hit. */
type Pair = { source: QuerySource; image: number };

/** What is known of a pair; `failure` says why it is not. */
export type Known<Answer> = { answer: Answer | null; failure: Failed | null };

const NOTHING = { answer: null, failure: null };

/** Why a hit was found: where it agrees with the query, and how far that holds. Stepping through hits asks for the last one only. */
export class Explaining {
  readonly #whys: Latest<Pair, Why>;
  readonly #stabilities: Latest<Pair, Stability>;
  #pair: Pair | null = null;

  /** True while explanations are shown; it stays so from one hit to the next. */
  on: boolean = $state(false);
  why: Known<Why> = $state.raw(NOTHING);
  stability: Known<Stability> = $state.raw(NOTHING);

  constructor(engine: Pick<Engine, "why" | "stability">) {
    this.#whys = new Latest(
      ({ source, image }) => engine.why(source, image),
      (outcome) => {
        if (!this.#asks(outcome.request)) return;
        this.why = knownOf(outcome);
        // The picture first: the tests run the network several times.
        this.#stabilities.ask(outcome.request);
      },
    );
    this.#stabilities = new Latest(
      ({ source, image }) => engine.stability(source, image),
      (outcome) => {
        if (this.#asks(outcome.request)) this.stability = knownOf(outcome);
      },
    );
  }

  /** Explains this pair; what was said of another one is gone at once. */
  explain(source: QuerySource, image: number): void {
    const pair = { source, image };
    if (this.#asks(pair)) return;
    this.#ask(pair);
  }

  again(): void {
    if (this.#pair !== null) this.#ask(this.#pair);
  }

  forget(): void {
    this.#pair = null;
    this.why = NOTHING;
    this.stability = NOTHING;
  }

  #ask(pair: Pair): void {
    this.forget();
    this.#pair = pair;
    this.#whys.ask(pair);
  }

  #asks(pair: Pair): boolean {
    return JSON.stringify(pair) === JSON.stringify(this.#pair);
  }
}

function knownOf<Answer>(outcome: Outcome<Pair, Answer>): Known<Answer> {
  if ("reply" in outcome) return { answer: outcome.reply, failure: null };
  return { answer: null, failure: failedFrom(outcome.rejection) };
}
