import type { Cutoff, Failed, Hit, Orientations, ProductCell, QuerySource, Ranking, SearchRequest } from "../engine/types.ts";
import { Latest, type Outcome } from "./latest.ts";
import type { Scope } from "./narrowing.svelte.ts";
import { firstLess, type Section, sectionsOf } from "./verdicts.ts";
import { wordsFilter } from "./words.ts";

/** A photo of the query: what is searched by, how much it counts (-1 to 1, negative for less of it), and what is shown of it. */
export type QueryItem = { source: QuerySource; weight: number; name: string; width: number; height: number; product: ProductCell[] };

/**
 * What counts beside what photos show: colour from -1 (ignored) to 1 (decides), and as what a photo may be found.
 * `recommend`: null where look-alikes are wanted; else the photos are an interest, and its hits are from 0 (closest) to
 * 1 (most varied).
 */
export type Matching = { colour: number; orientations: Orientations; recommend: number | null };

export const AS_IT_IS: Matching = { colour: 0, orientations: "upright", recommend: null };

/** Recommended from the start: what is close, and not all alike. */
export const BALANCED = 0.5;

/** Hits asked for: as many as anyone scrolls through, few enough for one small message. */
export const HIT_LIMIT = 200;

/**
 * Why a ranking is asked for. Another query is looked at from its best hit; while one is refined or the gallery
 * narrowed, and after a change of the catalog (or when it is come back to), the user stays at the photo they were at.
 * `live`: the crop is still being dragged.
 */
export type RankingCause = { startedAt: number; because: "query" | "refined" | "narrowed" | "catalog"; live: boolean };

/** What a ranking is made of. `fold`: nearly identical hits lie under the best of them. */
export type Made = { items: QueryItem[]; matching: Matching; scope: Scope; fold: boolean };

export type RankingRequest = RankingCause & Made;

export function requestFor({ items, matching, scope, fold }: Made, live: boolean): SearchRequest {
  return {
    parts: items.map(({ source, weight }) => ({ source, weight })),
    limit: HIT_LIMIT,
    exact: false,
    filter: scope.filter,
    groupBy: scope.groupBy,
    colour: matching.colour,
    orientations: matching.orientations,
    live,
    // A recommendation is varied by itself.
    fold: fold && matching.recommend === null,
    recommend: matching.recommend,
  };
}

/** What of it counts: a recommendation knows neither colour nor turned photos. */
export function inForce(matching: Matching): Matching {
  return matching.recommend === null ? matching : { ...matching, colour: AS_IT_IS.colour, orientations: AS_IT_IS.orientations };
}

/** True when something is left to look for: of less alone nothing is near. */
export function looksForSomething(items: { weight: number }[]): boolean {
  return items.some(({ weight }) => weight > 0);
}

/** One search: its query, its ranking, and where the user was in it. */
export class SearchEntry {
  readonly key: number;
  /** Whose interest it is; null where its photos say what it is. */
  readonly title: string | null;
  /** The past search that it is kept as; null until it is. */
  keptId: number | null = null;
  items: QueryItem[] = $state.raw([]);
  /** Index of the photo in view. */
  active: number = $state(0);
  matching: Matching = $state.raw(AS_IT_IS);
  ranking: Ranking | null = $state.raw(null);
  /** What `ranking` is made of; the query may have changed since. */
  made: Made | null = $state.raw(null);
  failure: Failed | null = $state.raw(null);
  busy: boolean = $state(false);
  /** Only hits with this in their file name or their product's texts are shown. */
  filter: string = $state("");
  /** Index into `hits`. */
  selected: number = $state(0);
  /** True when the catalog has changed since the ranking was made. */
  stale = false;
  /** What the ranking asked for last is made of. */
  asked: Pick<Made, "scope" | "fold"> | null = null;
  /** True when the ranking asked for last was for a crop that was still being dragged. */
  drafted = false;
  scrollTop = 0;
  readonly latest: Latest<RankingRequest, Ranking>;

  readonly hits: Hit[] = $derived(this.#fitting());
  readonly cutoff: Cutoff | null = $derived(this.ranking?.cutoff ?? null);
  /** Hits of one verdict after the other. */
  readonly sections: Section[] = $derived(sectionsOf(this.hits, this.ranking));
  /** Index of the first hit below the cut-off; null when none is. */
  readonly firstLess: number | null = $derived(firstLess(this.sections));
  readonly scope: Scope | null = $derived(this.made?.scope ?? null);
  readonly item: QueryItem | null = $derived(this.items[this.active] ?? this.items[0] ?? null);

  constructor(
    key: number,
    items: QueryItem[],
    title: string | null,
    send: (entry: SearchEntry, request: RankingRequest) => Promise<Ranking>,
    receive: (entry: SearchEntry, outcome: Outcome<RankingRequest, Ranking>) => void,
  ) {
    this.key = key;
    this.title = title;
    this.items = items;
    this.latest = new Latest(
      (request) => send(this, request),
      (outcome) => receive(this, outcome),
    );
  }

  /** A hit is also found by what lies folded under it. */
  #fitting(): Hit[] {
    const fits = wordsFilter(this.filter);
    return (this.ranking?.hits ?? []).filter((hit) => fits(hit) || hit.alike.some(fits));
  }
}

