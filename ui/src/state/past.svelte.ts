import { type Engine, failedFrom } from "../engine/client.ts";
import type { Failed, OpenedSearch, PastSearch, SearchRequest } from "../engine/types.ts";
import { Latest } from "./latest.ts";
import type { Arrival } from "./search.svelte.ts";
import { requestFor, type SearchEntry } from "./searchEntry.svelte.ts";

/** A search that was refined is kept when it has been left alone for this long. */
export const REST_MILLIS = 1_000;

type PastEngine = Pick<Engine, "keepSearch" | "pastSearches" | "openSearch" | "forgetSearch" | "forgetSearches">;

/**
 * How an entry is kept: one request after the other, so that the second knows the id that the first one got.
 * `written`: the last of them. `asIs`: what it is made of first is not to be kept.
 */
type Keeping = { written: string; asIs: boolean; writes: Latest<SearchRequest, number | null>; rest: ReturnType<typeof setTimeout> | undefined };

/** The searches kept with the catalog: written as they are made and refined, listed, opened and forgotten. */
export class PastSearches {
  readonly #engine: PastEngine;
  readonly #failed: (failure: Failed) => void;
  readonly #forgotten: (id: number | null) => void;
  #keepings = new WeakMap<SearchEntry, Keeping>();
  readonly #fetches: Latest<number, PastSearch[]>;
  /** Of the catalog: what was asked of another one is not told of. */
  #era = 0;
  #told = false;
  #stale = true;
  /** How many places show the list. */
  #shownIn = 0;

  /** The latest first; null until they have come. */
  list: PastSearch[] | null = $state.raw(null);
  /** Why the list could not be read. */
  failure: Failed | null = $state.raw(null);

  /** `failed` is told the first time that a search could not be kept, `forgotten` of what is forgotten: one by its id, or all of them. */
  constructor(engine: PastEngine, failed: (failure: Failed) => void, forgotten: (id: number | null) => void) {
    this.#engine = engine;
    this.#failed = failed;
    this.#forgotten = forgotten;
    this.#fetches = new Latest(
      () => engine.pastSearches(),
      ({ request, ...outcome }) => {
        if (request !== this.#era) return;
        this.failure = "rejection" in outcome ? failedFrom(outcome.rejection) : null;
        if ("reply" in outcome) this.list = outcome.reply;
      },
    );
  }

  /** Another catalog was opened. */
  opened(): void {
    this.#keepings = new WeakMap();
    this.#era += 1;
    this.list = null;
    this.failure = null;
    this.refresh();
  }

  /** What is listed may have changed: it is read anew, as soon as it is looked at. */
  refresh(): void {
    this.#stale = true;
    if (this.#shownIn > 0) this.#fetch();
  }

  /** Has the list read while it is shown somewhere; answers what ends that. */
  show(): () => void {
    this.#shownIn += 1;
    if (this.#stale) this.#fetch();
    return () => {
      this.#shownIn -= 1;
    };
  }

  /** A ranking was painted: a new search is kept at once, a refined one when it rests. One that is only come back to is kept already. */
  seen({ entry, because, live }: Arrival): void {
    if (live || entry.made === null) return;
    const request = requestFor(entry.made, false);
    const keeping = this.#keepings.get(entry);
    if (keeping === undefined) return this.#write(entry, this.#begin(entry, false), request);
    if (keeping.asIs) {
      keeping.asIs = false;
      keeping.written = JSON.stringify(request);
    } else if (because !== "catalog") {
      clearTimeout(keeping.rest);
      keeping.rest = setTimeout(() => this.#write(entry, keeping, request), REST_MILLIS);
    }
  }

  /** Gets a search ready to be made again. */
  open(id: number): Promise<OpenedSearch> {
    return this.#engine.openSearch(id);
  }

  /** The entry is an opened search. Unless it is `whole`, what is kept stays as it was until it is refined. */
  reopened(entry: SearchEntry, id: number, whole: boolean): void {
    entry.keptId = id;
    if (!whole) this.#begin(entry, true);
  }

  async forget(id: number): Promise<void> {
    await this.#engine.forgetSearch(id);
    this.list = this.list?.filter((past) => past.id !== id) ?? null;
    this.#forgotten(id);
    this.refresh();
  }

  async forgetAll(): Promise<void> {
    await this.#engine.forgetSearches();
    this.list = [];
    this.#forgotten(null);
    this.refresh();
  }

  #begin(entry: SearchEntry, asIs: boolean): Keeping {
    const era = this.#era;
    const writes = new Latest<SearchRequest, number | null>(
      (request) => this.#engine.keepSearch({ id: entry.keptId, request, title: entry.title }),
      (outcome) => {
        if (era !== this.#era) return;
        if ("rejection" in outcome) return this.#notKept(keeping, failedFrom(outcome.rejection));
        entry.keptId = outcome.reply;
        this.refresh();
      },
    );
    const keeping: Keeping = { written: "", asIs, writes, rest: undefined };
    this.#keepings.set(entry, keeping);
    return keeping;
  }

  #write(entry: SearchEntry, keeping: Keeping, request: SearchRequest): void {
    const written = JSON.stringify(request);
    // Another catalog's entries are none of this one's.
    if (this.#keepings.get(entry) !== keeping || keeping.written === written) return;
    keeping.written = written;
    keeping.writes.ask(request);
  }

  /** Said once: it would be said again after every search, and nobody has asked for it. */
  #notKept(keeping: Keeping, failure: Failed): void {
    keeping.written = "";
    if (this.#told) return;
    this.#told = true;
    this.#failed(failure);
  }

  #fetch(): void {
    this.#stale = false;
    this.#fetches.ask(this.#era);
  }
}
