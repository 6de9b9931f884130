import { SvelteMap } from "svelte/reactivity";
import { type Engine, failedFrom } from "../engine/client.ts";
import type { Failed, Photo } from "../engine/types.ts";

/** Photos per page: two or three screens, some 30 kB of JSON. */
export const PAGE_PHOTOS = 200;

/** Pages kept: 20,000 photos, some 4 MB. Those least recently wanted go first. */
export const MAX_PAGES = 100;

/** Requests under way at once: one to show, one to come. */
const MAX_REQUESTS = 2;

/** The catalog's photos by position: pages are fetched when they come into view and kept; those scrolled past are not fetched. */
export class CatalogPages {
  readonly #engine: Engine;
  readonly #pages = new SvelteMap<number, Photo[]>();
  /** Pages whose photos may be out of date, still shown until the new ones come. */
  readonly #stale = new Set<number>();
  readonly #underWay = new Set<number>();
  #wanted: number[] = [];
  #generation = 0;

  /** Photos that match the filter; null until the first page has come. */
  total: number | null = $state(null);
  filter: string = $state("");
  failure: Failed | null = $state.raw(null);
  /** Where the user is in it; -1 before anything was selected. */
  selected: number = $state(-1);
  scrollTop = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The photo at a position, if its page is here. */
  at(index: number): Photo | undefined {
    return this.#pages.get(Math.floor(index / PAGE_PHOTOS))?.[index % PAGE_PHOTOS];
  }

  /** Says which positions are in view. Earlier wishes that were not sent yet are dropped. */
  want(first: number, last: number): void {
    const from = Math.floor(Math.max(0, first) / PAGE_PHOTOS);
    const to = Math.floor(Math.max(0, last) / PAGE_PHOTOS);
    this.#wanted = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    this.#pump();
  }

  /** The catalog changed: fetches what is in view again. What is shown stays until then. */
  refresh(): void {
    for (const page of this.#pages.keys()) this.#stale.add(page);
    // A reply under way may be older than the change: it is shown, and asked for once more.
    for (const page of this.#underWay) this.#stale.add(page);
    if (this.#wanted.length === 0) this.#wanted = [0];
    this.#pump();
  }

  /** Shows only photos with this in their file name. */
  narrow(filter: string): void {
    if (filter === this.filter) return;
    this.filter = filter;
    this.clear();
    this.want(0, 0);
  }

  /** Forgets everything; nothing is fetched until it is wanted. */
  clear(): void {
    this.#generation += 1;
    this.#underWay.clear();
    this.#pages.clear();
    this.#stale.clear();
    this.#wanted = [];
    this.total = null;
    this.failure = null;
    this.selected = -1;
    this.scrollTop = 0;
  }

  #pump(): void {
    for (const page of this.#wanted) {
      if (this.#underWay.size >= MAX_REQUESTS) return;
      const needed = !this.#pages.has(page) || this.#stale.has(page);
      const exists = this.total === null || page * PAGE_PHOTOS < this.total || page === 0;
      if (needed && exists && !this.#underWay.has(page)) void this.#fetch(page);
    }
  }

  async #fetch(page: number): Promise<void> {
    const generation = this.#generation;
    this.#underWay.add(page);
    this.#stale.delete(page);
    try {
      const reply = await this.#engine.photosPage(page * PAGE_PHOTOS, PAGE_PHOTOS, this.filter.trim());
      if (generation !== this.#generation) return;
      this.#underWay.delete(page);
      this.failure = null;
      this.total = reply.total;
      this.#keep(page, reply.photos);
      this.#pump();
    } catch (rejection) {
      if (generation !== this.#generation) return;
      // Not asked again until the view moves or the catalog changes: an error that lasts must not become a loop.
      this.#underWay.delete(page);
      this.#stale.add(page);
      this.failure = failedFrom(rejection);
    }
  }

  #keep(page: number, photos: Photo[]): void {
    this.#pages.delete(page);
    this.#pages.set(page, photos);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      if (!this.#wanted.includes(oldest)) this.#pages.delete(oldest);
    }
  }
}
