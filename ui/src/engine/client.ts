/**
 * The engine as the page sees it: one function per command of the shell.
 * The only module that knows the Tauri API; everything else takes an `Engine`.
 */
import { Channel, convertFileSrc, invoke } from "@tauri-apps/api/core";
import type {
  AppEvent,
  Crop,
  Decision,
  DeviceRequest,
  ExclusionChoice,
  Exclusions,
  Facets,
  Failed,
  FailureGroup,
  Folder,
  ImportPreview,
  Interests,
  Notebook,
  OpenedSearch,
  PastSearch,
  Photo,
  PhotoCopy,
  PhotoPage,
  Picked,
  ProductFilter,
  QuerySource,
  Ranking,
  RowDecision,
  SearchRequest,
  SearchToKeep,
  Stability,
  Status,
  Why,
  Worklist,
} from "./types.ts";

const picture = (path: string) => convertFileSrc("", "thumb") + path;

export const engine = {
  /** Opens the one channel of events; answers where the application stands now. */
  subscribe(receive: (event: AppEvent) => void): Promise<Status> {
    return invoke("subscribe", { channel: new Channel<AppEvent>(receive) });
  },

  search: (request: SearchRequest): Promise<Ranking> => invoke("search", { request }),
  /** Boxes that may be what matters in the photo, the best first: at most three. */
  suggestCrops: (source: QuerySource): Promise<Crop[]> => invoke("suggest_crops", { source }),
  /** Where the photo and a photo of the catalog agree. */
  why: (source: QuerySource, image: number): Promise<Why> => invoke("why", { source, image }),
  /** Whether the similarity holds when the photo is disturbed a little. */
  stability: (source: QuerySource, image: number): Promise<Stability> => invoke("stability", { source, image }),
  /** Shows the system's dialog for a file to save, and writes the ranking of this request there as one HTML page; false when it was dismissed. */
  exportSheet: (request: SearchRequest): Promise<boolean> => invoke("export_sheet", { request }),

  /** Keeps a search with the catalog, or what it was refined to; answers its id, null when nothing in it can be kept. */
  keepSearch: (search: SearchToKeep): Promise<number | null> => invoke("keep_search", { search }),
  /** The searches kept with the catalog, the latest first: at most 100. */
  pastSearches: (): Promise<PastSearch[]> => invoke("past_searches"),
  /** Gets the photos of a search ready to search by again. */
  openSearch: (id: number): Promise<OpenedSearch> => invoke("open_search", { id }),
  forgetSearch: (id: number): Promise<void> => invoke("forget_search", { id }),
  forgetSearches: (): Promise<void> => invoke("forget_searches"),

  /** Shows the system's file dialog for a CSV of shopper, photo and weight; null when it was dismissed. */
  pickInterests: (): Promise<Interests | null> => invoke("pick_interests"),
  /** The files with this photo's very content. */
  copies: (image: number): Promise<PhotoCopy[]> => invoke("copies", { image }),
  /** Hands the files of these photos to the system's drag and drop, while a mouse button is down. Answers once the drag has begun. */
  dragOut: (images: number[]): Promise<void> => invoke("drag_out", { images }),

  notebook: (): Promise<Notebook> => invoke("notebook"),
  setNotebook: (notebook: Notebook): Promise<void> => invoke("set_notebook", { notebook }),
  /** The photos with these numbers, in that order; those that are gone are left out. */
  photosById: (images: number[]): Promise<Photo[]> => invoke("photos_by_id", { images }),
  /** Copies what this column says of the photo's product. */
  copyCell: (image: number, column: string): Promise<void> => invoke("copy_cell", { image, column }),

  worklist: (): Promise<Worklist> => invoke("worklist"),
  /** Shows the system's dialog for photos, or for a folder; false when it was dismissed. */
  pickForWorklist: (folder: boolean): Promise<boolean> => invoke("pick_for_worklist", { folder }),
  /** Judges what still waits: after that was cancelled, or Vitrine was closed. */
  fillWorklist: (): Promise<void> => invoke("fill_worklist"),
  addDroppedToWorklist: (id: number): Promise<void> => invoke("add_dropped_to_worklist", { id }),
  /** The dropped photos as one query, the first of them if they are very many. */
  searchByDropped: (id: number): Promise<Picked> => invoke("search_by_dropped", { id }),
  /** `hit`: the photo chosen instead, for `changed`. */
  decide: (row: number, decision: Decision, hit: number | null): Promise<void> => invoke("decide", { row, decision, hit }),
  /** All of them or, when one cannot be taken down, none. */
  decideAll: (decisions: RowDecision[]): Promise<void> => invoke("decide_all", { decisions }),
  removeFromWorklist: (rows: number[]): Promise<void> => invoke("remove_from_worklist", { rows }),
  /** Shows the system's dialog for a CSV to write; false when it was dismissed. */
  exportWorklist: (): Promise<boolean> => invoke("export_worklist"),
  /** Shows the system's dialog for a CSV that was exported before; the rows it changed, or null when it was dismissed. */
  importWorklist: (): Promise<number | null> => invoke("import_worklist"),

  /** Shows the system's file dialog; no photos when it was dismissed. */
  pickPhotos: (): Promise<Picked> => invoke("pick_photos"),
  /** Reads the clipboard: copied files first, then a picture; no photos when it holds neither. */
  paste: (): Promise<Picked> => invoke("paste"),

  /** Catalog photos whose file name or product says `name`; an empty name means all. */
  photosPage: (offset: number, limit: number, name: string): Promise<PhotoPage> =>
    invoke("photos_page", { offset, limit, name }),
  setExcluded: (image: number, excluded: boolean): Promise<void> => invoke("set_excluded", { image, excluded }),
  copyPath: (image: number): Promise<void> => invoke("copy_path", { image }),
  reveal: (image: number): Promise<void> => invoke("reveal", { image }),

  folders: (): Promise<Folder[]> => invoke("folders"),
  /** Shows the system's folder dialog; false when it was dismissed. Starts indexing otherwise. */
  addFolder: (): Promise<boolean> => invoke("add_folder"),
  addDroppedFolder: (id: number): Promise<void> => invoke("add_dropped_folder", { id }),
  addSample: (): Promise<void> => invoke("add_sample"),
  removeFolder: (id: number): Promise<void> => invoke("remove_folder", { id }),
  /** Has a folder followed, or left alone with its photos kept. */
  setFolderEnabled: (id: number, enabled: boolean): Promise<void> => invoke("set_folder_enabled", { id, enabled }),
  exclusions: (): Promise<Exclusions> => invoke("exclusions"),
  /** Brings every folder up to date with them. */
  setExclusions: (choice: ExclusionChoice): Promise<void> => invoke("set_exclusions", { choice }),
  startIndexing: (): Promise<void> => invoke("start_indexing"),
  cancelJob: (): Promise<void> => invoke("cancel_job"),
  pauseIndexing: (): Promise<void> => invoke("pause_indexing"),
  resumeIndexing: (): Promise<void> => invoke("resume_indexing"),
  failures: (): Promise<FailureGroup[]> => invoke("failures"),
  revealFailure: (id: number): Promise<void> => invoke("reveal_failure", { id }),
  /** Tries these files again, whether they have changed or not. */
  retryFailures: (ids: number[]): Promise<void> => invoke("retry_failures", { ids }),
  /** Leaves the file out for good. */
  ignoreFailure: (id: number): Promise<void> => invoke("ignore_failure", { id }),

  /** Shows the system's file dialog for a CSV of product data; null when it was dismissed. */
  pickProducts: (): Promise<ImportPreview | null> => invoke("pick_products"),
  /** The same CSV, its photos found by this column. */
  findProductsBy: (id: number, key: string): Promise<ImportPreview> => invoke("find_products_by", { id, key }),
  /** Stores what this preview showed. */
  importProducts: (id: number): Promise<void> => invoke("import_products", { id }),
  forgetProducts: (): Promise<void> => invoke("forget_products"),
  facets: (filter: ProductFilter): Promise<Facets> => invoke("facets", { filter }),

  chooseDevice: (request: DeviceRequest): Promise<void> => invoke("choose_device", { request }),
  chooseModel: (name: string): Promise<void> => invoke("choose_model", { name }),
  /** Shows the system's folder dialog; false when it was dismissed. */
  chooseCatalog: (): Promise<boolean> => invoke("choose_catalog"),
  /** Tries the same catalog again, after another window let go of it. */
  reopenCatalog: (): Promise<void> => invoke("reopen_catalog"),

  /** 256 px thumbnail of a photo of the catalog of that generation. */
  thumbnailUrl: (id: number, generation: number): string => picture(`image/${id}?g=${generation}`),
  /** A photo of the catalog of that generation, up to 1600 px. */
  photoUrl: (id: number, generation: number): string => picture(`photo/${id}?g=${generation}`),
  /** A photo the user brought in, up to 1024 px. */
  queryUrl: (id: number): string => picture(`query/${id}`),
  /** A photo kept with a past search of that generation's catalog, up to 1024 px. */
  keptUrl: (id: number, generation: number): string => picture(`kept/${id}?g=${generation}`),
  /** A photo of the worklist of that generation's catalog, 256 px. */
  rowUrl: (id: number, generation: number): string => picture(`row/${id}?g=${generation}`),
  /** The same from its file, up to 1600 px; there is none when the file is gone. */
  rowPhotoUrl: (id: number, generation: number): string => picture(`row-photo/${id}?g=${generation}`),
};

export type Engine = typeof engine;

/** What a rejected command says. The shell rejects with `Failed`; anything else comes from below it. */
export function failedFrom(rejection: unknown): Failed {
  if (typeof rejection === "object" && rejection !== null && "code" in rejection && "message" in rejection) {
    return rejection as Failed;
  }
  return { code: "other", message: rejection instanceof Error ? rejection.message : String(rejection) };
}
