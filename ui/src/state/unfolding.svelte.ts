import { type Engine, failedFrom } from "../engine/client.ts";
import type { Condition, Failed, Hit, PhotoCopy, ProductCell, ProductFilter, Ranking } from "../engine/types.ts";
import { type Made, requestFor, type SearchEntry } from "./searchEntry.svelte.ts";

/**
 * What a photo stands for beside itself: the photos of its group in a ranking by groups, hits that are nearly identical
 * to it, and the files that are copies of it.
 */
export type Kind = "group" | "alike" | "copies";

/** A photo of the catalog whose files are looked at. */
export type Copied = { image: number; name: string; folder: string; width: number; height: number; missing: boolean; copies: number; product: ProductCell[] };

/** What is unfolded, in the ranking that it is of; copies also in the catalog, where there is none. */
export type Folded =
  | { kind: "group"; hit: Hit; cell: ProductCell; entry: SearchEntry; ranking: Ranking }
  | { kind: "alike"; hit: Hit; entry: SearchEntry; ranking: Ranking }
  | { kind: "copies"; hit: Copied; entry: SearchEntry | null; ranking: Ranking | null };

/** What a photo stands for, laid out: hits ranked by the same query, or files. */
export class Unfolding {
  readonly #engine: Pick<Engine, "search" | "copies">;

  folded: Folded | null = $state.raw(null);
  /** Of a group and of nearly identical hits; null until they have come. */
  hits: Hit[] | null = $state.raw(null);
  /** Of copies; null until they have come. */
  files: PhotoCopy[] | null = $state.raw(null);
  failure: Failed | null = $state.raw(null);

  constructor(engine: Pick<Engine, "search" | "copies">) {
    this.#engine = engine;
  }

  /** What is unfolded in the ranking of a search, or for null in the catalog. Of a ranking that is no longer in view it is gone. */
  of(entry: SearchEntry | null): Folded | null {
    const { folded } = this;
    return folded !== null && folded.entry === entry && folded.ranking === (entry?.ranking ?? null) ? folded : null;
  }

  /** Shows what a hit stands for, the next of it where something is shown already; answers whether it stands for more than itself. */
  open(entry: SearchEntry, hit: Hit, kind: Kind | undefined = this.#next(entry, hit)): boolean {
    const { ranking, made } = entry;
    if (ranking === null || made === null || kind === undefined || !kindsOf(hit, made).includes(kind)) return false;
    if (kind === "copies") {
      this.#lay({ kind, hit, entry, ranking });
    } else if (kind === "alike") {
      this.#lay({ kind, hit, entry, ranking });
      this.hits = [hit, ...hit.alike];
    } else {
      const cell = hit.product.find(({ column }) => column === made.scope.groupBy);
      if (cell === undefined) return false;
      this.#lay({ kind, hit, cell, entry, ranking });
    }
    void this.#fetch();
    return true;
  }

  /** Shows the files of a photo of the catalog; answers whether there are several. */
  openCopies(photo: Copied): boolean {
    if (photo.copies < 2) return false;
    this.#lay({ kind: "copies", hit: photo, entry: null, ranking: null });
    void this.#fetch();
    return true;
  }

  /** Asks anew; what has come before stays until then. */
  again(): void {
    void this.#fetch();
  }

  /** Files came, went or moved: those shown may be other ones now. */
  filesChanged(): void {
    if (this.folded?.kind === "copies") this.again();
  }

  close(): void {
    this.#lay(null);
  }

  #lay(folded: Folded | null): void {
    this.folded = folded;
    this.hits = null;
    this.files = null;
    this.failure = null;
  }

  #next(entry: SearchEntry, hit: Hit): Kind | undefined {
    const kinds = entry.made === null ? [] : kindsOf(hit, entry.made);
    const before = this.of(entry);
    const at = before !== null && before.hit.image === hit.image ? kinds.indexOf(before.kind) : -1;
    return kinds[(at + 1) % kinds.length];
  }

  async #fetch(): Promise<void> {
    const { folded } = this;
    if (folded === null || folded.kind === "alike") return;
    this.failure = null;
    try {
      if (folded.kind === "copies") {
        const files = await this.#engine.copies(folded.hit.image);
        if (this.folded === folded) this.files = files;
      } else {
        const hits = await this.#rank(folded);
        if (this.folded === folded) this.hits = hits;
      }
    } catch (rejection) {
      if (this.folded === folded) this.failure = failedFrom(rejection);
    }
  }

  /** The photos of a group, each for itself. */
  async #rank({ entry, cell }: Folded & { kind: "group" }): Promise<Hit[]> {
    const { made } = entry;
    if (made === null) return [];
    const scope = { filter: within(made.scope.filter, cell), groupBy: null };
    const { hits } = await this.#engine.search(requestFor({ ...made, matching: { ...made.matching, recommend: null }, scope, fold: false }, false));
    // A condition on tags asks for one of them; the group has all of them.
    return hits.filter(({ product }) => product.some((each) => JSON.stringify(each) === JSON.stringify(cell)));
  }
}

/** What a hit stands for beside itself, in the order in which it is unfolded. */
export function kindsOf(hit: Hit, { scope }: Pick<Made, "scope">): Kind[] {
  const kinds: Kind[] = [];
  if ((hit.group?.photos ?? 1) > 1 && hit.product.some(({ column }) => column === scope.groupBy)) kinds.push("group");
  if (hit.alike.length > 0) kinds.push("alike");
  if (hit.copies > 1) kinds.push("copies");
  return kinds;
}

/** What is asked already, and that the column says this. */
function within(filter: ProductFilter | null, { column, value }: ProductCell): ProductFilter {
  const says: Condition =
    typeof value === "number" ? { column, values: [], low: value, high: value } : { column, values: [value].flat(), low: null, high: null };
  // The photo fits what is asked of the column, so that this is the narrower of the two.
  const others = filter?.conditions.filter((condition) => condition.column !== column) ?? [];
  return { words: filter?.words ?? "", conditions: [...others, says] };
}
