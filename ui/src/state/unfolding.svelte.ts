import { type Engine, failedFrom } from "../engine/client.ts";
import type { Condition, Failed, Hit, ProductCell, ProductFilter, Ranking } from "../engine/types.ts";
import { type Made, requestFor, type SearchEntry } from "./searchEntry.svelte.ts";

/** A hit that stands for several photos, in the ranking that it is of. */
export type Folded = { hit: Hit; cell: ProductCell; entry: SearchEntry; ranking: Ranking };

/** The photos of one group of a ranking by groups, ranked by the same query. */
export class Unfolding {
  readonly #engine: Pick<Engine, "search">;

  folded: Folded | null = $state.raw(null);
  /** Null until they have come. */
  hits: Hit[] | null = $state.raw(null);
  failure: Failed | null = $state.raw(null);
  /** Index into `hits`. */
  selected: number = $state(0);

  constructor(engine: Pick<Engine, "search">) {
    this.#engine = engine;
  }

  /** Shows what a hit stands for; answers whether it stands for more than itself. */
  open(entry: SearchEntry, hit: Hit): boolean {
    const { ranking, made } = entry;
    const cell = hit.product.find(({ column }) => column === made?.scope.groupBy);
    if (ranking === null || made === null || cell === undefined || (hit.group?.photos ?? 1) < 2) return false;
    this.folded = { hit, cell, entry, ranking };
    this.hits = null;
    this.selected = 0;
    void this.#fetch(this.folded, made);
    return true;
  }

  again(): void {
    if (this.folded !== null) this.open(this.folded.entry, this.folded.hit);
  }

  close(): void {
    this.folded = null;
    this.hits = null;
    this.failure = null;
  }

  async #fetch(folded: Folded, made: Made): Promise<void> {
    this.failure = null;
    const scope = { filter: within(made.scope.filter, folded.cell), groupBy: null };
    try {
      const { hits } = await this.#engine.search(requestFor({ ...made, matching: { ...made.matching, recommend: null }, scope }, false));
      if (this.folded !== folded) return;
      // A condition on tags asks for one of them; the group has all of them.
      this.hits = hits.filter(({ product }) => product.some((cell) => JSON.stringify(cell) === JSON.stringify(folded.cell)));
    } catch (rejection) {
      if (this.folded === folded) this.failure = failedFrom(rejection);
    }
  }
}

/** What is asked already, and that the column says this. */
function within(filter: ProductFilter | null, { column, value }: ProductCell): ProductFilter {
  const says: Condition =
    typeof value === "number" ? { column, values: [], low: value, high: value } : { column, values: [value].flat(), low: null, high: null };
  // The photo fits what is asked of the column, so that this is the narrower of the two.
  const others = filter?.conditions.filter((condition) => condition.column !== column) ?? [];
  return { words: filter?.words ?? "", conditions: [...others, says] };
}
