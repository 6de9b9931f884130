import { type Engine, failedFrom } from "../engine/client.ts";
import type { Crop, Hit, ProductCell, QueryPhoto, Ranking, Timings } from "../engine/types.ts";
import { History } from "./history.svelte.ts";
import type { Outcome } from "./latest.ts";
import { type Scope, sameScope } from "./narrowing.svelte.ts";
import { AS_IT_IS, inForce, looksForSomething, type Matching, type QueryItem, type RankingCause, type RankingRequest, requestFor, SearchEntry } from "./searchEntry.svelte.ts";

/** For how long a list waits for its pictures. While a crop is dragged the list must follow the hand: 20 times a second. */
const PICTURES_MILLIS = 80;
const LIVE_PICTURES_MILLIS = 25;

/** A photo of the catalog, as a query needs it. */
export type GalleryPhoto = { image: number; name: string; width: number; height: number; product: ProductCell[] };

/** Milliseconds of a search whose pictures are on the screen. */
export type PaintedTimings = Timings & { paint: number; total: number };

/** A ranking that has arrived and waits to be painted. */
export type Arrival = RankingCause & { entry: SearchEntry; timings: Timings; repliedAt: number };

/** The searches made in this window: latest wins, back and forward, and the times of the last one. */
export class Search {
  readonly #engine: Engine;
  readonly #ready: () => boolean;
  readonly #scope: () => Scope;
  readonly #picturesReady: (images: number[], longestWaitMillis: number) => Promise<void>;
  readonly #seen: (arrival: Arrival) => void;
  readonly #repliedAt = new WeakMap<Ranking, number>();
  readonly #history = new History<SearchEntry>();
  #keys = 0;
  #waiting: { entry: SearchEntry; cause: RankingCause } | null = $state.raw(null);

  /** The search whose ranking is on the screen: the one before the current one until that one's ranking has come. */
  shown: SearchEntry | null = $state.raw(null);
  /** Set when a ranking for the current entry has come; the view answers with `painted`. */
  arrival: Arrival | null = $state.raw(null);
  timings: PaintedTimings | null = $state.raw(null);
  /** The search that `timings` are of. */
  timed: SearchEntry | null = $state.raw(null);
  /** How many hits the last painted list had in view: so many of the next one are shown with their pictures at once. */
  inView = 24;
  /** Rankings shown so far: while a crop is dragged many of them are never painted to the end. */
  rankings: number = $state(0);
  /** Searches painted so far. */
  sequence: number = $state(0);
  /** True while nearly identical hits are folded: in the search in view and in all others. */
  fold: boolean = $state(true);

  readonly entry: SearchEntry | null = $derived(this.#history.current);
  readonly canGoBack: boolean = $derived(this.#history.canGoBack);
  readonly canGoForward: boolean = $derived(this.#history.canGoForward);
  /** True while the current search waits for the model. */
  readonly waiting: boolean = $derived(this.#waiting !== null && this.#waiting.entry === this.entry);

  /** `seen` is told of every ranking that was painted. */
  constructor(
    engine: Engine,
    ready: () => boolean,
    scope: () => Scope,
    picturesReady: (images: number[], longestWaitMillis: number) => Promise<void>,
    seen: (arrival: Arrival) => void = () => undefined,
  ) {
    this.#engine = engine;
    this.#ready = ready;
    this.#scope = scope;
    this.#picturesReady = picturesReady;
    this.#seen = seen;
  }

  /** Searches by photos that were brought in, all of them as one query. */
  startWith(photos: QueryPhoto[], receivedAt: number): void {
    if (photos.length > 0) this.#push(photos.map(broughtIn), 0, AS_IT_IS, receivedAt);
  }

  /** Searches by a photo of the catalog. */
  startFrom(photo: GalleryPhoto): void {
    this.#push([ofCatalog(photo, 1)], 0, AS_IT_IS, Date.now());
  }

  /** Searches by a query that is put together already. Null when there would be nothing to look for in it. */
  startOf(items: QueryItem[], matching: Matching, title: string | null = null): SearchEntry | null {
    return looksForSomething(items) ? this.#push(items, 0, matching, Date.now(), title) : null;
  }

  /** Adds photos to the current query; starts one when there is none. */
  add(photos: QueryPhoto[], receivedAt: number): void {
    if (photos.length === 0) return;
    const before = this.entry?.items ?? [];
    this.#push([...before, ...photos.map(broughtIn)], before.length, this.entry?.matching ?? AS_IT_IS, receivedAt, this.entry?.title);
  }

  /** More of a photo of the catalog, or with a negative weight less of it. False when nothing would be left to look for. */
  lean(photo: GalleryPhoto, weight: number): boolean {
    const entry = this.entry;
    const before = entry?.items ?? [];
    const at = before.findIndex(({ source }) => source.kind === "image" && source.id === photo.image && source.crop === null);
    const items = at === -1 ? [...before, ofCatalog(photo, weight)] : before.map((item, each) => (each === at ? { ...item, weight } : item));
    if (!looksForSomething(items)) return false;
    this.#push(items, entry?.active ?? 0, entry?.matching ?? AS_IT_IS, Date.now(), entry?.title);
    return true;
  }

  /** Takes a photo out of the current query. False when nothing would be left to look for. */
  remove(index: number): boolean {
    const entry = this.entry;
    if (entry === null) return false;
    const items = entry.items.filter((_, at) => at !== index);
    if (!looksForSomething(items)) return false;
    const active = entry.active > index ? entry.active - 1 : Math.min(entry.active, items.length - 1);
    this.#push(items, active, entry.matching, Date.now(), entry.title);
    return true;
  }

  /** Weighs a photo of the query and ranks anew, in the same history entry. False when nothing would be left to look for. */
  weigh(index: number, weight: number): boolean {
    const items = this.entry?.items.map((item, at) => (at === index ? { ...item, weight } : item)) ?? [];
    if (!looksForSomething(items)) return false;
    this.#refine({ items }, false);
    return true;
  }

  /** Crops the photo in view and ranks anew; null searches by the whole photo. Stays in the same history entry. */
  crop(crop: Crop | null): void {
    this.#refine({ items: this.#cropped(crop) }, false);
  }

  /** The same while the crop is still moving: without running the network again, until `rest`. A recommendation waits for that. */
  dragCrop(crop: Crop): void {
    const entry = this.entry;
    if (entry === null || entry.matching.recommend === null) return this.#refine({ items: this.#cropped(crop) }, true);
    entry.items = this.#cropped(crop);
    entry.drafted = true;
  }

  /** The crop came to rest: ranks by it exactly. */
  rest(): void {
    if (this.entry?.drafted === true) this.#refine({}, false);
  }

  /** Lets colour count for more or less, finds mirrored and turned photos too, or recommends; ranks anew in the same history entry. */
  match(matching: Partial<Matching>): void {
    const entry = this.entry;
    if (entry !== null) this.#refine({ matching: { ...entry.matching, ...matching } }, entry.drafted);
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
    if (this.entry !== null) this.#ask(this.entry, { startedAt: Date.now(), because: "query", live: false });
  }

  /** The gallery is narrowed down by something else: the current query is ranked within it, others when they are come back to. */
  rescope(): void {
    this.#arrived("narrowed");
  }

  /** A past search was forgotten, or with null all of them: what is searched on is kept as a new one. */
  forgetKept(id: number | null): void {
    for (const entry of this.#history.entries) if (id === null || entry.keptId === id) entry.keptId = null;
  }

  /** Folds nearly identical hits, or shows each for itself. */
  refold(fold: boolean): void {
    this.fold = fold;
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
    this.timed = null;
  }

  /** Takes a photo out of every ranking. They are made anew only where others were folded under it. */
  hide(image: number): void {
    for (const entry of this.#history.entries) {
      if (entry.ranking === null) continue;
      const { hits } = entry.ranking;
      if (hits.some((hit) => hit.image === image && hit.alike.length > 0)) entry.stale = true;
      const others = hits.filter((hit) => hit.image !== image).map((hit) => without(hit, image));
      entry.ranking = { ...entry.ranking, hits: others };
      entry.selected = Math.max(0, Math.min(entry.selected, entry.hits.length - 1));
    }
    if (this.entry?.stale === true) this.#arrived();
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
    this.timed = arrival.entry;
    this.timings = {
      ...arrival.timings,
      paint: now.monotonic - arrival.repliedAt,
      total: Math.max(0, now.epoch - arrival.startedAt),
    };
    this.sequence += 1;
    this.#seen(arrival);
  }

  #push(items: QueryItem[], active: number, matching: Matching, startedAt: number, title: string | null = null): SearchEntry {
    this.#keys += 1;
    const entry = new SearchEntry(
      this.#keys,
      items,
      title,
      (_, request) => this.#rank(request),
      (of, outcome) => this.#receive(of, outcome),
    );
    entry.active = active;
    entry.matching = matching;
    this.#history.push(entry);
    this.#ask(entry, { startedAt, because: "query", live: false });
    return entry;
  }

  #cropped(crop: Crop | null): QueryItem[] {
    const entry = this.entry;
    return entry?.items.map((item, at) => (at === entry.active ? { ...item, source: { ...item.source, crop } } : item)) ?? [];
  }

  /** The same search asked for a little differently. */
  #refine(change: { items?: QueryItem[]; matching?: Matching }, live: boolean): void {
    const entry = this.entry;
    if (entry === null) return;
    entry.items = change.items ?? entry.items;
    entry.matching = change.matching ?? entry.matching;
    this.#ask(entry, { startedAt: Date.now(), because: "refined", live: live && entry.matching.recommend === null });
  }

  async #rank(request: RankingRequest): Promise<Ranking> {
    const ranking = await this.#engine.search(requestFor(request, request.live));
    this.#repliedAt.set(ranking, performance.now());
    const inView = ranking.hits.slice(0, this.inView).map(({ image }) => image);
    await this.#picturesReady(inView, request.live ? LIVE_PICTURES_MILLIS : PICTURES_MILLIS);
    return ranking;
  }

  #ask(entry: SearchEntry, cause: RankingCause): void {
    entry.drafted = cause.live;
    if (!this.#ready()) {
      this.#waiting = { entry, cause };
      return;
    }
    const scope = this.#scope();
    entry.busy = true;
    entry.stale = false;
    entry.asked = { scope, fold: this.fold };
    entry.latest.ask({ ...cause, scope, fold: this.fold, items: entry.items, matching: inForce(entry.matching) });
  }

  #receive(entry: SearchEntry, outcome: Outcome<RankingRequest, Ranking>): void {
    entry.busy = !outcome.last;
    if ("rejection" in outcome) {
      const failure = failedFrom(outcome.rejection);
      // Overtaken by another search: this one is asked for again when the user comes back to it.
      if (failure.code === "cancelled") entry.stale = true;
      // What fails while the crop moves is said when it rests, of the exact search.
      else if (outcome.last && !outcome.request.live) entry.failure = failure;
      return;
    }
    const { scope, fold, items, matching, because, startedAt, live } = outcome.request;
    // Who looks at the best hit goes on looking at the best one.
    const followed = because === "catalog" || because === "narrowed" || (because === "refined" && entry.selected > 0);
    const selected = entry.hits[entry.selected]?.image;
    const rescoped = entry.scope === null || !sameScope(entry.scope, scope);
    entry.failure = null;
    entry.ranking = outcome.reply;
    // The same scope as before stays the same object: a list of other photos is shown from its top.
    entry.made = { items, matching, fold, scope: rescoped || entry.scope === null ? scope : entry.scope };
    if (rescoped) entry.scrollTop = 0;
    const place = followed && !rescoped ? entry.hits.findIndex((hit) => hit.image === selected || hit.alike.some(({ image }) => image === selected)) : 0;
    entry.selected = Math.max(0, place);
    if (entry !== this.entry) return;
    this.shown = entry;
    this.rankings += 1;
    this.arrival = {
      entry,
      timings: outcome.reply.timings,
      startedAt,
      because,
      live,
      repliedAt: this.#repliedAt.get(outcome.reply) ?? performance.now(),
    };
  }

  /** Asks for the ranking of the entry come to, where it has none, an old one, or one made of other photos. */
  #arrived(because: RankingCause["because"] = "catalog"): void {
    const entry = this.entry;
    if (entry === null || entry.ranking !== null) this.shown = entry;
    if (entry === null) return;
    const asked = entry.asked;
    const rescoped = asked !== null && !(sameScope(asked.scope, this.#scope()) && asked.fold === this.fold);
    // A reply under way may be older than the change, so that an old one is asked for again.
    if (rescoped || entry.stale || entry.drafted || (!entry.busy && entry.ranking === null)) {
      this.#ask(entry, { startedAt: Date.now(), because, live: false });
    }
  }
}

function without(hit: Hit, image: number): Hit {
  return hit.alike.some((other) => other.image === image) ? { ...hit, alike: hit.alike.filter((other) => other.image !== image) } : hit;
}

function broughtIn(photo: QueryPhoto): QueryItem {
  const { id, name, width, height } = photo;
  return { source: { kind: "photo", id, crop: null }, weight: 1, name, width, height, product: [] };
}

export function ofCatalog({ image, name, width, height, product }: GalleryPhoto, weight: number): QueryItem {
  return { source: { kind: "image", id: image, crop: null }, weight, name, width, height, product };
}
