/** How many entries are remembered; older ones are forgotten first. */
const MAX_ENTRIES = 100;

/** A walk back and forth over entries, as a browser's: before the first one lies the start, where `current` is null. */
export class History<T> {
  #entries = $state.raw<T[]>([]);
  #cursor = $state(-1);

  readonly current: T | null = $derived(this.#entries[this.#cursor] ?? null);
  readonly canGoBack: boolean = $derived(this.#cursor >= 0);
  readonly canGoForward: boolean = $derived(this.#cursor < this.#entries.length - 1);

  get entries(): readonly T[] {
    return this.#entries;
  }

  /** Goes to a new entry; what lay forward of the current one is forgotten. */
  push(entry: T): void {
    this.#entries = [...this.#entries.slice(0, this.#cursor + 1), entry].slice(-MAX_ENTRIES);
    this.#cursor = this.#entries.length - 1;
  }

  back(): void {
    if (this.canGoBack) this.#cursor -= 1;
  }

  forward(): void {
    if (this.canGoForward) this.#cursor += 1;
  }

  clear(): void {
    this.#entries = [];
    this.#cursor = -1;
  }
}
