import { type Engine, failedFrom } from "../engine/client.ts";
import type { Failed, Notebook, Photo, SavedFilter } from "../engine/types.ts";
import { Latest } from "./latest.ts";
import type { Scope } from "./narrowing.svelte.ts";

const NOTHING: Notebook = { filters: [], pins: [] };

type NotebookEngine = Pick<Engine, "notebook" | "setNotebook" | "photosById">;

/** What is kept with the catalog: filters by name, and pinned photos. Shown at once, written behind; what cannot be written is taken back. */
export class Kept {
  readonly #engine: NotebookEngine;
  readonly #failed: (failure: Failed) => void;
  readonly #writes: Latest<{ notebook: Notebook; era: number }, void>;
  readonly #fetches: Latest<{ pins: number[]; era: number }, Photo[]>;
  #era = 0;
  /** As it is on disk; null until it was read, and nothing is written before that. */
  #written: Notebook | null = null;
  #notebook: Notebook = $state.raw(NOTHING);

  /** The pinned photos that are still in the catalog, the last pinned first. */
  photos: Photo[] = $state.raw([]);
  /** True while the pinned photos are shown. */
  open: boolean = $state(false);

  readonly filters: SavedFilter[] = $derived(this.#notebook.filters);
  readonly pins: number[] = $derived(this.#notebook.pins);

  constructor(engine: NotebookEngine, failed: (failure: Failed) => void) {
    this.#engine = engine;
    this.#failed = failed;
    this.#writes = new Latest(
      ({ notebook }) => engine.setNotebook(notebook),
      ({ request, last, ...outcome }) => {
        if (request.era !== this.#era) return;
        if (!("rejection" in outcome)) this.#written = request.notebook;
        else if (last) this.#takeBack(failedFrom(outcome.rejection));
      },
    );
    this.#fetches = new Latest(
      ({ pins }) => (pins.length === 0 ? Promise.resolve([]) : engine.photosById(pins)),
      ({ request, ...outcome }) => {
        if (request.era !== this.#era) return;
        if ("reply" in outcome) this.photos = outcome.reply;
        else this.#failed(failedFrom(outcome.rejection));
      },
    );
  }

  /** Reads what is kept with the catalog that was opened. */
  async load(): Promise<void> {
    this.#era += 1;
    const era = this.#era;
    this.#written = null;
    this.#notebook = NOTHING;
    this.photos = [];
    this.open = false;
    try {
      const notebook = await this.#engine.notebook();
      if (era !== this.#era) return;
      this.#written = notebook;
      this.#notebook = notebook;
      this.refresh();
    } catch (rejection) {
      if (era === this.#era) this.#failed(failedFrom(rejection));
    }
  }

  /** Photos of the catalog changed: the pinned ones are fetched again. */
  refresh(): void {
    this.#fetches.ask({ pins: this.pins, era: this.#era });
  }

  pinned(image: number): boolean {
    return this.pins.includes(image);
  }

  /** Pins a photo, or no longer; answers whether it is pinned now, null when nothing can be kept. */
  togglePin(image: number): boolean | null {
    if (this.#written === null) {
      void this.load();
      return null;
    }
    const pinned = !this.pinned(image);
    const others = this.pins.filter((pin) => pin !== image);
    this.#write({ ...this.#notebook, pins: pinned ? [image, ...others] : others });
    this.refresh();
    return this.pinned(image);
  }

  /** Keeps filters under a name; one of the same name is replaced. */
  save(name: string, { filter, groupBy }: Scope): void {
    const saved = { name, filter: filter ?? { words: "", conditions: [] }, groupBy };
    const at = this.filters.findIndex((each) => each.name === name);
    this.#write({ ...this.#notebook, filters: at === -1 ? [...this.filters, saved] : this.filters.with(at, saved) });
  }

  /** False when another one has this name. */
  rename(from: string, to: string): boolean {
    if (from !== to && this.filters.some(({ name }) => name === to)) return false;
    this.#write({ ...this.#notebook, filters: this.filters.map((saved) => (saved.name === from ? { ...saved, name: to } : saved)) });
    return true;
  }

  forget(name: string): void {
    this.#write({ ...this.#notebook, filters: this.filters.filter((saved) => saved.name !== name) });
  }

  /** Keeps a filter again that was forgotten, at its place. */
  restore(saved: SavedFilter, at: number): void {
    this.#write({ ...this.#notebook, filters: this.filters.toSpliced(at, 0, saved) });
  }

  #write(notebook: Notebook): void {
    // Nothing was read, so that nothing may be overwritten.
    if (this.#written === null) return void this.load();
    this.#notebook = notebook;
    this.#writes.ask({ notebook, era: this.#era });
  }

  #takeBack(failure: Failed): void {
    this.#notebook = this.#written ?? NOTHING;
    this.refresh();
    this.#failed(failure);
  }
}
