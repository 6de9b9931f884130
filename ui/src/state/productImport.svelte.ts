import { type Engine, failedFrom } from "../engine/client.ts";
import type { Failed, ImportPreview } from "../engine/types.ts";
import { Latest } from "./latest.ts";

/** A CSV of product data that is looked at before anything of it is stored. */
export class ProductImport {
  readonly #engine: Pick<Engine, "findProductsBy" | "importProducts">;
  readonly #finding: Latest<{ key: string; of: number }, ImportPreview>;

  /** What would come of it; null while no CSV is looked at. */
  preview: ImportPreview | null = $state.raw(null);
  /** The column whose photos are being looked for. */
  sought: string | null = $state(null);
  storing: boolean = $state(false);
  /** Why the photos of a column could not be looked for, or nothing could be stored. */
  failure: Failed | null = $state.raw(null);

  readonly key: string = $derived(this.sought ?? this.preview?.key ?? "");
  readonly busy: boolean = $derived(this.sought !== null || this.storing);

  constructor(engine: Pick<Engine, "findProductsBy" | "importProducts">) {
    this.#engine = engine;
    this.#finding = new Latest(
      ({ key, of }) => engine.findProductsBy(of, key),
      (outcome) => {
        // Another CSV took its place, or the dialog was closed.
        if (!outcome.last || this.sought !== outcome.request.key || this.preview?.id !== outcome.request.of) return;
        this.sought = null;
        if ("reply" in outcome) this.preview = outcome.reply;
        else this.failure = failedFrom(outcome.rejection);
      },
    );
  }

  show(preview: ImportPreview): void {
    this.close();
    this.preview = preview;
  }

  /** Finds photos by another column. */
  findBy(key: string): void {
    if (this.preview === null || key === this.key) return;
    this.failure = null;
    this.sought = key;
    this.#finding.ask({ key, of: this.preview.id });
  }

  /** Stores what the preview shows and closes it; where that fails it says so and stays, to be tried again. */
  async store(): Promise<boolean> {
    const stored = this.preview;
    if (stored === null) return false;
    this.failure = null;
    this.storing = true;
    try {
      await this.#engine.importProducts(stored.id);
      if (this.preview === stored) this.close();
      return true;
    } catch (rejection) {
      if (this.preview === stored) this.failure = failedFrom(rejection);
      return false;
    } finally {
      this.storing = false;
    }
  }

  close(): void {
    this.preview = null;
    this.sought = null;
    this.failure = null;
  }
}
