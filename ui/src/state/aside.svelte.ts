import type { Engine } from "../engine/client.ts";
import type { PastSearch, Photo } from "../engine/types.ts";
import { say } from "../messages/index.ts";
import type { Narrowing } from "./narrowing.svelte.ts";
import type { Notices } from "./notices.svelte.ts";
import { PastSearches } from "./past.svelte.ts";
import { type GalleryPhoto, ofCatalog, type Search } from "./search.svelte.ts";
import { AS_IT_IS, BALANCED, looksForSomething, type QueryItem } from "./searchEntry.svelte.ts";
import type { Session } from "./session.svelte.ts";
import { heaviestOf, type Listed, MOST_PHOTOS, Shoppers } from "./shoppers.svelte.ts";

/** What it works with; `show` brings the search into view. */
type Around = {
  engine: Engine;
  session: Session;
  notices: Notices;
  narrowing: Narrowing;
  search: Search;
  command: (run: () => Promise<unknown>) => Promise<boolean>;
  show: () => void;
};

/** What can lie beside a search. */
export type Side = "past" | "shoppers";

/** What searches are begun from beside the one in view: the searches made before, and the interests of a CSV. */
export class Aside {
  readonly #around: Around;
  readonly past: PastSearches;
  readonly shoppers = new Shoppers();
  /** Of what is being got ready only the last one is searched by. */
  #asked = 0;

  side: Side | null = $state(null);

  constructor(around: Around) {
    this.#around = around;
    this.past = new PastSearches(
      around.engine,
      ({ message }) => around.notices.show("error", say.past.notKept, say.past.notKeptHint(message)),
      (id) => around.search.forgetKept(id),
    );
  }

  /** Another catalog was opened: its searches and its photos are other ones. */
  opened(): void {
    this.#asked += 1;
    this.side = null;
    this.shoppers.clear();
    this.past.opened();
  }

  show(side: Side): void {
    // There is room for one of them beside the ranking.
    this.#around.narrowing.close();
    this.side = side;
    this.#around.show();
  }

  toggle(side: Side): void {
    if (this.side === side) this.close();
    else this.show(side);
  }

  close(): void {
    this.side = null;
  }

  /** Makes a search again that was made before, with its filters. */
  async reopen(past: PastSearch): Promise<void> {
    const { narrowing, session, search, notices, show } = this.#around;
    const asked = this.#next();
    await this.#around.command(async () => {
      const opened = await this.past.open(past.id);
      if (asked !== this.#asked) return;
      const gone = past.parts.length - opened.parts.length;
      if (gone > 0) this.past.refresh();
      if (!looksForSomething(opened.parts)) return void notices.show("error", say.past.allGone, say.past.allGoneHint(opened.parts.length));
      const left = narrowing.restore({ filter: opened.filter, groupBy: opened.groupBy }, session.products?.columns ?? []);
      const { colour, orientations, recommend, title } = opened;
      const entry = search.startOf(opened.parts, { ...AS_IT_IS, colour, orientations, recommend }, title);
      if (entry !== null) this.past.reopened(entry, past.id, gone === 0 && left.length === 0);
      this.side = null;
      show();
      if (gone > 0) notices.show("error", say.past.someGone(gone, past.parts.length), say.past.someGoneHint(namesOfGone(past, gone)));
      if (left.length > 0) notices.show("error", say.past.leftOut, say.past.leftOutHint(left));
    });
  }

  async forget(past: PastSearch): Promise<void> {
    await this.#around.command(() => this.past.forget(past.id));
  }

  async forgetAll(): Promise<void> {
    if (await this.#around.command(() => this.past.forgetAll())) this.#around.notices.show("done", say.past.allForgotten);
  }

  /** Recommends what someone who likes these photos would like. */
  recommendFrom(photos: GalleryPhoto[]): void {
    this.#next();
    this.#recommend(photos.slice(0, MOST_PHOTOS).map((photo) => ofCatalog(photo, 1)), null, BALANCED);
    this.#tellCut(photos.length);
  }

  async pickInterests(): Promise<void> {
    const { engine, command } = this.#around;
    await command(async () => {
      const picked = await engine.pickInterests();
      if (picked === null) return;
      this.#next();
      this.shoppers.show(picked);
      this.show("shoppers");
      const [only, another] = this.shoppers.listed;
      if (only !== undefined && another === undefined) await this.choose(only);
    });
  }

  /** Recommends from a shopper's interest, as varied as was asked of the one before. */
  async choose({ at, shopper }: Listed): Promise<void> {
    const { engine, command, notices, search } = this.#around;
    const asked = this.#next();
    this.shoppers.chosen = at;
    const title = shopper.name || (this.shoppers.file?.name ?? "");
    const heaviest = heaviestOf(shopper.photos);
    await command(async () => {
      const photos = await engine.photosById(heaviest.map(({ image }) => image));
      if (asked !== this.#asked) return;
      const items = weighed(photos, new Map(heaviest.map(({ image, weight }) => [image, weight])));
      if (!looksForSomething(items)) return void notices.show("error", say.shoppers.nothing(title), say.shoppers.nothingHint(items.length));
      this.#recommend(items, title, search.entry?.matching.recommend ?? BALANCED);
      this.#tellCut(shopper.photos.length);
    });
  }

  /** The next shopper that is listed, or with -1 the one before. */
  async chooseNext(step: 1 | -1): Promise<void> {
    const next = this.shoppers.next(step);
    if (next !== null) await this.choose(next);
  }

  #recommend(items: QueryItem[], title: string | null, recommend: number): void {
    this.#around.search.startOf(items, { ...AS_IT_IS, recommend }, title);
    this.#around.show();
  }

  #tellCut(photos: number): void {
    if (photos > MOST_PHOTOS) this.#around.notices.show("done", say.shoppers.cut(MOST_PHOTOS, photos), say.shoppers.cutHint);
  }

  #next(): number {
    this.#asked += 1;
    return this.#asked;
  }
}

function weighed(photos: Photo[], weights: Map<number, number>): QueryItem[] {
  return photos.map((photo) => ofCatalog(photo, weights.get(photo.image) ?? 1));
}

/** Those that were known to be gone when the list was read; empty when others have gone since. */
function namesOfGone({ parts }: PastSearch, gone: number): string[] {
  const names = parts.filter((part) => part.gone).map(({ name }) => name);
  return names.length === gone ? names : [];
}
