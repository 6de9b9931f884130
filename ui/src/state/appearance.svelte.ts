const STORED_AS = "vitrine.theme";
const FOLD_STORED_AS = "vitrine.fold";

export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

/** How the window shows things, as the user chose it; remembered. Dark or light is the system's choice until then. */
export class Appearance {
  readonly #storage: Storage;
  readonly #root: HTMLElement;

  theme: Theme = $state("system");
  /** Nearly identical results are folded. */
  fold: boolean = $state(true);

  constructor(storage: Storage, root: HTMLElement) {
    this.#storage = storage;
    this.#root = root;
    const stored = storage.getItem(STORED_AS);
    this.theme = THEMES.find((theme) => theme === stored) ?? "system";
    this.fold = storage.getItem(FOLD_STORED_AS) !== "no";
    this.#apply();
  }

  choose(theme: Theme): void {
    this.theme = theme;
    this.#storage.setItem(STORED_AS, theme);
    this.#apply();
  }

  chooseFold(fold: boolean): void {
    this.fold = fold;
    this.#storage.setItem(FOLD_STORED_AS, fold ? "yes" : "no");
  }

  #apply(): void {
    this.#root.dataset["theme"] = this.theme;
  }
}
