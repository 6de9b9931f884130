const STORED_AS = "vitrine.theme";

export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

/** Dark or light: the system's choice, or the user's own, which is remembered. */
export class Appearance {
  readonly #storage: Storage;
  readonly #root: HTMLElement;

  theme: Theme = $state("system");

  constructor(storage: Storage, root: HTMLElement) {
    this.#storage = storage;
    this.#root = root;
    const stored = storage.getItem(STORED_AS);
    this.theme = THEMES.find((theme) => theme === stored) ?? "system";
    this.#apply();
  }

  choose(theme: Theme): void {
    this.theme = theme;
    this.#storage.setItem(STORED_AS, theme);
    this.#apply();
  }

  #apply(): void {
    this.#root.dataset["theme"] = this.theme;
  }
}
