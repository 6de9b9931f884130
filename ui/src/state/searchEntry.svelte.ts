import type { Cutoff, Failed, Hit, ProductCell, QuerySource, Ranking } from "../engine/types.ts";
import { Latest, type Outcome } from "./latest.ts";
import type { Scope } from "./narrowing.svelte.ts";

/** A photo of the query: what is searched by, and what is shown of it. */
export type QueryItem = { source: QuerySource; name: string; width: number; height: number; product: ProductCell[] };

/** Why a ranking is asked for: after a change of the catalog the user stays where they were in it. */
export type RankingCause = { startedAt: number; because: "query" | "catalog" };

export type RankingRequest = RankingCause & { scope: Scope };

/** One search: its query, its ranking, and where the user was in it. */
export class SearchEntry {
  readonly key: number;
  items: QueryItem[] = $state.raw([]);
  /** Index of the photo in view. */
  active: number = $state(0);
  ranking: Ranking | null = $state.raw(null);
  /** What `ranking` is made of. */
  scope: Scope | null = $state.raw(null);
  failure: Failed | null = $state.raw(null);
  busy: boolean = $state(false);
  /** Only hits with this in their file name or their product's texts are shown. */
  filter: string = $state("");
  /** Index into `hits`. */
  selected: number = $state(0);
  /** True when the catalog has changed since the ranking was made. */
  stale = false;
  /** What the ranking asked for last is made of. */
  asked: Scope | null = null;
  scrollTop = 0;
  readonly latest: Latest<RankingRequest, Ranking>;

  readonly hits: Hit[] = $derived(matching(this.ranking?.hits ?? [], this.filter));
  readonly cutoff: Cutoff | null = $derived(this.ranking?.cutoff ?? null);
  /** Index of the first hit below the cut-off; null when none is. */
  readonly firstLess: number | null = $derived(firstBelow(this.hits, this.cutoff));
  readonly item: QueryItem | null = $derived(this.items[this.active] ?? this.items[0] ?? null);

  constructor(
    key: number,
    items: QueryItem[],
    send: (entry: SearchEntry, request: RankingRequest) => Promise<Ranking>,
    receive: (entry: SearchEntry, outcome: Outcome<RankingRequest, Ranking>) => void,
  ) {
    this.key = key;
    this.items = items;
    this.latest = new Latest(
      (request) => send(this, request),
      (outcome) => receive(this, outcome),
    );
  }
}

function matching(hits: Hit[], filter: string): Hit[] {
  const wanted = filter.trim().toLocaleLowerCase();
  if (wanted === "") return hits;
  const words = wanted.split(/\s+/);
  return hits.filter(({ name, product }) => {
    if (name.toLocaleLowerCase().includes(wanted)) return true;
    const texts = product.map(({ value }) => (typeof value === "number" ? "" : String(value).toLocaleLowerCase()));
    return words.every((word) => texts.some((text) => text.includes(word)));
  });
}

function firstBelow(hits: Hit[], cutoff: Cutoff | null): number | null {
  if (cutoff === null) return null;
  const first = hits.findIndex((hit) => hit.similarity < cutoff.similarity);
  return first === -1 ? null : first;
}
