import type { CatalogStatus, DeviceStatus, Failed, JobProgress, ModelStatus, Phase, ProductStatus, Status } from "../engine/types.ts";

/** What is held over the window. */
export type Dragged = { photos: number; folders: number; tables: number; others: number };

/** Where the application stands, as the engine tells it. */
export class Session {
  status: Status | null = $state.raw(null);
  dragged: Dragged | null = $state.raw(null);
  /** True while a photo of ours is dragged from this window and has not left it yet: of that there is nothing to say. */
  draggingOut: boolean = $state(false);
  /** What was let go of over the window so far. */
  drops: number = $state(0);
  /** Set when the engine could not be reached at all. */
  unreached: Failed | null = $state.raw(null);

  readonly phase: Phase | { kind: "starting" } = $derived(
    this.unreached !== null ? { kind: "failed", error: this.unreached } : (this.status?.phase ?? { kind: "starting" }),
  );
  readonly ready: boolean = $derived(this.phase.kind === "ready");
  readonly catalog: CatalogStatus | null = $derived(this.status?.catalog ?? null);
  /** Null without product data. */
  readonly products: ProductStatus | null = $derived(this.catalog?.products ?? null);
  readonly device: DeviceStatus | null = $derived(this.status?.device ?? null);
  readonly model: ModelStatus | null = $derived(this.status?.model ?? null);
  readonly job: JobProgress | null = $derived(this.status?.job ?? null);
  /** True for a catalog that is open and holds nothing yet. */
  readonly emptyCatalog: boolean = $derived(this.catalog !== null && this.catalog.photos === 0);

  /** What was held over the window was let go of, or has left it. */
  dragEnded(): void {
    this.dragged = null;
    this.draggingOut = false;
  }

  dropped(): void {
    this.dragEnded();
    this.drops += 1;
  }
}
