import { type Engine, failedFrom } from "../engine/client.ts";
import type { Crop, ProductCell, QueryPhoto, Ranking, Timings } from "../engine/types.ts";
import { History } from "./history.svelte.ts";
import type { Outcome } from "./latest.ts";
import { type Scope, sameScope } from "./narrowing.svelte.ts";
import { type QueryItem, type RankingCause, type RankingRequest, SearchEntry } from "./searchEntry.svelte.ts";

/** Hits asked for: as many as anyone scrolls through, few enough for one small message. */
export const HIT_LIMIT = 200;

/** Milliseconds of a search whose pictures are on the screen. */
export type PaintedTimings = Timings & { paint: number; total: number };

/** A ranking that has arrived and waits to be painted. */
export type Arrival = { entry: SearchEntry; timings: Timings; startedAt: number; repliedAt: number };

/** The searches made in this window: latest wins, back and forward, and the times of the last one. */
export class Search {
  readonly #engine: Engine;
  readonly #ready: () => boolean;
  readonly #scope: () => Scope;
  readonly #picturesReady: (images: number[]) => Promise<void>;
  readonly #repliedAt = new WeakMap<Ranking, number>();
  readonly #history = new History<SearchEntry>();
  #keys = 0;
  #waiting: { entry: SearchEntry; cause: RankingCause } | null = $state.raw(null);

  /** The search whose ranking is on the screen: the one before the current one until that one's ranking has come. */
  shown: SearchEntry | null = $state.raw(null);
  /** Set when a ranking for the current entry has come; the view answers with `painted`. */
  arrival: Arrival | null = $state.raw(null);
  timings: PaintedTimings | null = $state.raw(null);
  /** How many hits the last painted list had in view: so many of the next one are shown with their pictures at once. */
  inView = 24;
  /** Searches painted so far. */
  sequence: number = $state(0);

  readonly entry: SearchEntry | null = $derived(this.#history.current);
  readonly canGoBack: boolean = $derived(this.#history.canGoBack);
  readonly canGoForward: boolean = $derived(this.#history.canGoForward);
  /** True while the current search waits for the model. */
  readonly waiting: boolean = $derived(this.#waiting !== null && this.#waiting.entry === this.entry);

  constructor(engine: Engine, ready: () => boolean, scope: () => Scope, picturesReady: (images: number[]) => Promise<void>) {
    this.#engine = engine;
    this.#ready = ready;
    this.#scope = scope;
    this.#picturesReady = picturesReady;
  }

  /** Searches by photos that were brought in, all of them as one query. */
  startWith(photos: QueryPhoto[], receivedAt: number): void {
    if (photos.length > 0) this.#push(photos.map(broughtIn), 0, receivedAt);
  }

  /** Searches by a photo of the catalog. */
  startFrom(photo: { image: number; name: string; width: number; height: number; product: ProductCell[] }): void {
    const { image, name, width, height, product } = photo;
    this.#push([{ source: { kind: "image", id: image, crop: null }, name, width, height, product }], 0, Date.now());
  }

  /** Adds photos to the current query; starts one when there is none. */
  add(photos: QueryPhoto[], receivedAt: number): void {
    if (photos.length === 0) return;
    const before = this.entry?.items ?? [];
    this.#push([...before, ...photos.map(broughtIn)], before.length, receivedAt);
  }

  /** Takes a photo out of the current query; the last one stays. */
  remove(index: number): void {
    const entry = this.entry;
    if (entry === null || entry.items.length < 2) return;
    const active = entry.active > index ? entry.active - 1 : Math.min(entry.active, entry.items.length - 2);
    this.#push(
      entry.items.filter((_, at) => at !== index),
      active,
      Date.now(),
    );
  }

  /** Crops the photo in view and ranks anew; null searches by the whole photo. Stays in the same history entry. */
  crop(crop: Crop | null): void {
    const entry = this.entry;
    if (entry === null) return;
    entry.items = entry.items.map((item, at) => (at === entry.active ? { ...item, source: { ...item.source, crop } } : item));
    this.#ask(entry, { startedAt: Date.now(), because: "query" });
  }

  back(): void {
    this.#history.back();
    this.#arrived();
  }

  forward(): void {
    this.#history.forward();
    this.#arrived();
  }

  /** Ranks the current query anew. */
  again(): void {
    if (this.entry !== null) this.#ask(this.entry, { startedAt: Date.now(), because: "query" });
  }

  /** The gallery is narrowed down by something else: the current query is ranked within it, others when they are come back to. */
  rescope(): void {
    this.#arrived();
  }

  /** Products changed: what query photos said of theirs may no longer be so. */
  forgetProducts(): void {
    for (const entry of this.#history.entries) entry.items = entry.items.map((item) => ({ ...item, product: [] }));
    this.invalidate();
  }

  /** The catalog or the model changed: rankings made before are out of date. */
  invalidate(): void {
    for (const entry of this.#history.entries) entry.stale = true;
    this.#arrived();
  }

  /** Another catalog was opened: its photos are other ones. */
  clear(): void {
    this.#history.clear();
    this.#waiting = null;
    this.shown = null;
  }

  /** Takes a photo out of every ranking without asking again. */
  hide(image: number): void {
    for (const entry of this.#history.entries) {
      if (entry.ranking === null) continue;
      entry.ranking = { ...entry.ranking, hits: entry.ranking.hits.filter((hit) => hit.image !== image) };
      entry.selected = Math.max(0, Math.min(entry.selected, entry.hits.length - 1));
    }
  }

  /** The model is ready: sends what had to wait for it. */
  resume(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) this.#ask(waiting.entry, waiting.cause);
  }

  /** The ranking of `arrival` can be seen: notes how long that took. */
  painted(arrival: Arrival, now: { epoch: number; monotonic: number }): void {
    if (this.arrival !== arrival) return;
    this.arrival = null;
    this.timings = {
      ...arrival.timings,
      paint: now.monotonic - arrival.repliedAt,
      total: Math.max(0, now.epoch - arrival.startedAt),
    };
    this.sequence += 1;
  }

  #push(items: QueryItem[], active: number, startedAt: number): void {
    this.#keys += 1;
    const entry = new SearchEntry(
      this.#keys,
      items,
      (of, { scope }) => this.#rank(of, scope),
      (of, outcome) => this.#receive(of, outcome),
    );
    entry.active = active;
    this.#history.push(entry);
    this.#ask(entry, { startedAt, because: "query" });
  }

  async #rank(of: SearchEntry, scope: Scope): Promise<Ranking> {
    const ranking = await this.#engine.search({ sources: of.items.map((item) => item.source), limit: HIT_LIMIT, exact: false, ...scope });
    this.#repliedAt.set(ranking, performance.now());
    await this.#picturesReady(ranking.hits.slice(0, this.inView).map(({ image }) => image));
    return ranking;
  }

  #ask(entry: SearchEntry, cause: RankingCause): void {
    if (!this.#ready()) {
      this.#waiting = { entry, cause };
      return;
    }
    const scope = this.#scope();
    entry.busy = true;
    entry.stale = false;
    entry.asked = scope;
    entry.latest.ask({ ...cause, scope });
  }

  #receive(entry: SearchEntry, outcome: Outcome<RankingRequest, Ranking>): void {
    entry.busy = !outcome.last;
    if ("rejection" in outcome) {
      const failure = failedFrom(outcome.rejection);
      // Overtaken by another search: this one is asked for again when the user comes back to it.
      if (failure.code === "cancelled") entry.stale = true;
      else if (outcome.last) entry.failure = failure;
      return;
    }
    const { scope, because, startedAt } = outcome.request;
    const selected = entry.hits[entry.selected]?.image;
    const rescoped = entry.scope === null || !sameScope(entry.scope, scope);
    entry.failure = null;
    entry.ranking = outcome.reply;
    if (rescoped) {
      // Another list: it is shown from its top.
      entry.scope = scope;
      entry.scrollTop = 0;
    }
    const place = because === "catalog" && !rescoped ? entry.hits.findIndex((hit) => hit.image === selected) : 0;
    entry.selected = Math.max(0, place);
    if (entry !== this.entry) return;
    this.shown = entry;
    this.arrival = {
      entry,
      timings: outcome.reply.timings,
      startedAt,
      repliedAt: this.#repliedAt.get(outcome.reply) ?? performance.now(),
    };
  }

  /** Asks for the ranking of the entry come to, where it has none, an old one, or one made of other photos. */
  #arrived(): void {
    const entry = this.entry;
    if (entry === null || entry.ranking !== null) this.shown = entry;
    if (entry === null) return;
    const rescoped = entry.asked !== null && !sameScope(entry.asked, this.#scope());
    // A reply under way may be older than the change, so that an old one is asked for again.
    if (rescoped || entry.stale || (!entry.busy && entry.ranking === null)) {
      this.#ask(entry, { startedAt: Date.now(), because: "catalog" });
    }
  }
}

function broughtIn(photo: QueryPhoto): QueryItem {
  const { id, name, width, height } = photo;
  return { source: { kind: "photo", id, crop: null }, name, width, height, product: [] };
}
