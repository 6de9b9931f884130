import { type Engine, failedFrom } from "../engine/client.ts";
import type { Failed, Hit, Ranking, WorklistRow } from "../engine/types.ts";
import { Latest } from "./latest.ts";

/** More than a look along a strip takes in would not be looked at. */
export const CANDIDATE_LIMIT = 24;

/** What else a photo of the worklist may show: its next best matches, each another product where there is product data. */
export class Candidates {
  readonly #searching: Latest<WorklistRow, Ranking>;

  /** Whose they are; null while none are looked at. */
  row: WorklistRow | null = $state.raw(null);
  /** Null until they have come. */
  hits: Hit[] | null = $state.raw(null);
  failure: Failed | null = $state.raw(null);
  /** Index of the one that is looked at. */
  at: number = $state(0);

  readonly hit: Hit | null = $derived(this.hits?.[this.at] ?? null);

  constructor(engine: Pick<Engine, "search">, groupBy: () => string | null) {
    this.#searching = new Latest(
      (row) =>
        engine.search({
          parts: [{ source: { kind: "row", id: row.id, crop: null }, weight: 1 }],
          // One more than is shown: the match at hand is not among them.
          limit: CANDIDATE_LIMIT + 1,
          exact: false,
          filter: null,
          groupBy: groupBy(),
          colour: 0,
          orientations: "upright",
          live: false,
          fold: false,
          recommend: null,
        }),
      ({ request, ...outcome }) => {
        if (this.row?.id !== request.id) return;
        if ("rejection" in outcome) this.failure = failedFrom(outcome.rejection);
        else this.hits = outcome.reply.hits.filter(({ image }) => image !== request.hit?.image).slice(0, CANDIDATE_LIMIT);
      },
    );
  }

  open(row: WorklistRow): void {
    this.close();
    this.row = row;
    this.#searching.ask(row);
  }

  /** Looks at another one; the same at either end. */
  step(by: number): void {
    this.at = Math.max(0, Math.min((this.hits?.length ?? 1) - 1, this.at + by));
  }

  close(): void {
    this.row = null;
    this.hits = null;
    this.failure = null;
    this.at = 0;
  }
}
