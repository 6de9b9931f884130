import type { Engine } from "../engine/client.ts";
import type { FileFailure, Folder } from "../engine/types.ts";

/** The catalog's folders, and the files that could not be read. */
export class Library {
  readonly #engine: Engine;
  #asked = 0;

  /** Null until they have come. */
  folders: Folder[] | null = $state.raw(null);
  failures: FileFailure[] | null = $state.raw(null);

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async refresh(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const [folders, failures] = await Promise.all([this.#engine.folders(), this.#engine.failures()]);
    if (asked !== this.#asked) return;
    this.folders = folders;
    this.failures = failures;
  }

  clear(): void {
    this.#asked += 1;
    this.folders = null;
    this.failures = null;
  }
}
