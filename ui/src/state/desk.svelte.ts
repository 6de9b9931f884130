import type { Engine } from "../engine/client.ts";
import type { Failed, Hit, SavedFilter } from "../engine/types.ts";
import { say } from "../messages/index.ts";
import { Boxes } from "./boxes.svelte.ts";
import { Explaining } from "./explaining.svelte.ts";
import { Kept } from "./kept.svelte.ts";
import type { Narrowing } from "./narrowing.svelte.ts";
import type { Notices } from "./notices.svelte.ts";
import type { GalleryPhoto, Search } from "./search.svelte.ts";
import { requestFor } from "./searchEntry.svelte.ts";
import type { Session } from "./session.svelte.ts";
import { type Kind, Unfolding } from "./unfolding.svelte.ts";

/** What the desk works with. */
type Around = {
  engine: Engine;
  session: Session;
  notices: Notices;
  narrowing: Narrowing;
  search: Search;
  command: (run: () => Promise<unknown>) => Promise<boolean>;
};

/** Weights that a hit joins the query with. Less of something is a nudge, or it would outweigh what is looked for. */
export const MORE = 1;
export const LESS = -0.5;

/** The work around a search: what the query is refined by, what explains a hit, and what is kept at hand. */
export class Desk {
  readonly #around: Around;
  readonly boxes: Boxes;
  readonly explaining: Explaining;
  readonly unfolding: Unfolding;
  readonly kept: Kept;

  /** True while the choices of what photos are matched by are shown. */
  matchingOpen: boolean = $state(false);
  /** True while a page of results is being written. */
  exporting: boolean = $state(false);

  constructor(around: Around) {
    this.#around = around;
    this.boxes = new Boxes(around.engine);
    this.explaining = new Explaining(around.engine);
    this.unfolding = new Unfolding(around.engine);
    this.kept = new Kept(around.engine, ({ message }: Failed) => around.notices.show("error", say.kept.failed, say.kept.failedHint(message)));
  }

  /** Another catalog was opened: its photos are other ones. */
  opened(): void {
    this.boxes.clear();
    this.unfolding.close();
    this.explaining.forget();
    void this.kept.load();
  }

  /** More of a photo of the catalog, or with a negative weight less of it. */
  lean(photo: GalleryPhoto, weight: number): void {
    if (!this.#around.search.lean(photo, weight)) this.#nothingLeft();
  }

  weigh(index: number, weight: number): void {
    if (!this.#around.search.weigh(index, weight)) this.#nothingLeft();
  }

  removePart(index: number): void {
    if (!this.#around.search.remove(index)) this.#nothingLeft();
  }

  /** Crops the query to the n-th box found in its photo, counted from 0; to the whole photo for -1. Answers whether there is such a box. */
  chooseBox(at: number): boolean {
    const item = this.#around.search.entry?.item;
    const box = at === -1 ? null : item == null ? undefined : this.boxes.of(item.source)?.[at];
    if (item == null || box === undefined) return false;
    this.#around.search.crop(box);
    return true;
  }

  togglePin(photo: { image: number; name: string }): void {
    const pinned = this.kept.togglePin(photo.image);
    if (pinned === null) return;
    this.#around.notices.show("done", pinned ? say.pins.pinned(photo.name) : say.pins.unpinned(photo.name), "", {
      label: pinned ? say.pins.button : say.photo.undo,
      run: () => (pinned ? (this.kept.open = true) : void this.kept.togglePin(photo.image)),
    });
  }

  /** Shows what a hit of the ranking in view stands for, one kind after the other where it stands for several; answers whether it does. */
  unfold(hit: Hit, kind?: Kind): boolean {
    const entry = this.#around.search.entry;
    const unfolded = entry !== null && this.unfolding.open(entry, hit, kind);
    if (unfolded) this.kept.open = false;
    return unfolded;
  }

  /** Closes what is laid out under the ranking. */
  closeTrays(): void {
    this.kept.open = false;
    this.unfolding.close();
  }

  togglePins(): void {
    this.kept.open = !this.kept.open;
    if (this.kept.open) this.unfolding.close();
  }

  async copyCode(photo: { image: number }): Promise<void> {
    const { engine, session, notices } = this.#around;
    const column = session.products?.code ?? null;
    if (column === null) return;
    if (await this.#around.command(() => engine.copyCell(photo.image, column))) notices.show("done", say.hitActions.codeCopied(column));
  }

  /** Saves the results in view as one page. */
  async exportSheet(): Promise<void> {
    const { engine, search, notices } = this.#around;
    const made = search.entry?.made ?? null;
    if (made === null || this.exporting) return;
    this.exporting = true;
    await this.#around.command(async () => {
      if (await engine.exportSheet(requestFor(made, false))) notices.show("done", say.sheet.saved, say.sheet.savedHint);
    });
    this.exporting = false;
  }

  applyFilter(saved: SavedFilter): void {
    const { narrowing, session } = this.#around;
    narrowing.apply(saved, session.products?.columns ?? []);
  }

  forgetFilter(saved: SavedFilter): void {
    const at = this.kept.filters.indexOf(saved);
    this.kept.forget(saved.name);
    this.#around.notices.show("done", say.saved.forgotten(saved.name), "", { label: say.photo.undo, run: () => this.kept.restore(saved, at) });
  }

  #nothingLeft(): void {
    this.#around.notices.show("error", say.parts.nothingLeft, say.parts.nothingLeftHint);
  }
}
