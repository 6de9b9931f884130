// Generated from src-tauri/src/dto.rs by its tests. Do not edit.

/** Where the application stands; sent whole whenever anything in it changes. */
export type Status = {
  phase: Phase;
  catalog: CatalogStatus | null;
  device: DeviceStatus | null;
  model: ModelStatus | null;
  /** The work under way, if any. */
  job: JobProgress | null;
  /** True when the sample photos are on this machine and can be offered. */
  sampleOffered: boolean;
  version: string;
};

/** `opening`: catalog not open yet. `loading`: browsing works, the model is still being loaded. */
export type Phase =
  | { kind: "opening" }
  | { kind: "loading"; message: string }
  | { kind: "ready" }
  | { kind: "failed"; error: Failed };

/** An error as the page gets it from every command. */
export type Failed = { code: ErrorCode; message: string };

export type ErrorCode = "catalogInUse" | "catalogNewer" | "busy" | "cancelled" | "unreadablePhoto" | "notFound" | "other";

export type CatalogStatus = {
  directory: string;
  /** Differs from catalog to catalog; the address of a picture ends in it (`?g=…`), as photo numbers repeat. */
  generation: number;
  /** Distinct photos (by content). */
  photos: number;
  /** Files on disk that show them; copies count. */
  files: number;
  missing: number;
  failures: number;
  excluded: number;
  /** Photos that have no embedding of the model in use yet. */
  awaiting: number;
  folders: number;
  index: IndexStatus;
  /** Null without product data. */
  products: ProductStatus | null;
};

export type IndexStatus = {
  method: Method;
  vectors: number;
  /** recall@10 against exact search, measured when the index was built; null while exact search is used. */
  recallAt10: number | null;
};

/** The product data of a catalog. */
export type ProductStatus = {
  columns: ProductColumn[];
  products: number;
  /** Photos that show a product. */
  photos: number;
  /** The column that photos are found by. */
  key: string;
  /** The columns that say briefly what a product is, as far as they can be told by their names. */
  title: string | null;
  code: string | null;
  price: string | null;
};

export type ProductColumn = {
  name: string;
  kind: ColumnKind;
  /** The currency of prices ("€", "USD"), or what numbers count ("kg"), where all say the same. */
  unit: string | null;
};

export type ColumnKind = "text" | "number" | "price" | "date" | "tags";

/** What a column says of a product. Empty cells are left out. */
export type ProductCell = { column: string; value: CellValue };

/** A text or a date (2026-11-23), a number or a price, tags. */
export type CellValue = string | number | Array<string>;

/** Narrows a gallery down by product data. All that is asked must hold. */
export type ProductFilter = {
  /** Every word is in some text of the product; empty for no such condition. */
  words: string;
  conditions: Condition[];
};

export type Condition = {
  column: string;
  /** One of these; any when there are none. */
  values: string[];
  low: number | null;
  high: number | null;
};

/** What a gallery can be narrowed down by. */
export type Facets = {
  /** Photos for which everything asked holds. */
  photos: number;
  facets: Facet[];
};

export type Facet = {
  column: ProductColumn;
  /** Of a text or tag column, most frequent first; counted without what is asked of this column itself. */
  values: ValueCount[];
  /** Of a number or price column. */
  low: number | null;
  high: number | null;
};

export type ValueCount = { value: string; photos: number };

/** What would come of importing a CSV of product data. Nothing is stored until `importProducts`. */
export type ImportPreview = {
  /** Goes to `findProductsBy` and `importProducts`. */
  id: number;
  /** Of the file. */
  name: string;
  encoding: string;
  delimiter: string;
  columns: PreviewColumn[];
  /** The column that photos are found by. */
  key: string;
  rows: number;
  matchedRows: number;
  /** Rows whose key is that of an earlier row, which counts instead. */
  repeatedRows: number;
  rowsWithoutKey: number;
  matchedPhotos: number;
  /** In the catalog. */
  photos: number;
  /** Some of the keys that no photo shows. */
  unmatchedKeys: string[];
  /** Some of the files that show no row, by name. */
  unmatchedFiles: string[];
};

export type PreviewColumn = {
  column: ProductColumn;
  /** Some of its values. */
  values: string[];
  /** Photos that would be found by it, were it the key. */
  photos: number;
};

export type Method = "exact" | "approximate";

export type DeviceStatus = {
  /** As shown: "CPU, 8 threads", "Radeon 780M (Vulkan)". */
  name: string;
  kind: DeviceKind;
  /** Why this one. One sentence. */
  reason: string;
  requested: DeviceRequest;
  adapters: Adapter[];
};

export type DeviceKind = "gpu" | "cpu";

export type DeviceRequest = "auto" | "gpu" | "cpu";

export type Adapter = { name: string; backend: string; kind: string; driver: string; used: boolean };

export type ModelStatus = { name: string; dims: number; parameters: number; inputSize: number; available: string[] };

/** A photo the user brought in: dropped, pasted or picked. The page knows it by id only. */
export type QueryPhoto = { id: number; name: string; width: number; height: number };

/** Fractions of the upright photo's width and height, 0 to 1. */
export type Crop = { x: number; y: number; width: number; height: number };

/** A photo to search by: one brought in, one of the catalog, or one of the worklist. */
export type QuerySource =
  | { kind: "photo"; id: number; crop: Crop | null }
  | { kind: "image"; id: number; crop: Crop | null }
  | { kind: "row"; id: number; crop: Crop | null };

/** `weight`: 1 is more of this, -1 less of it, -1 to 1. */
export type QueryPart = { source: QuerySource; weight: number };

/** As what a photo of the catalog may be found. `mirrored`: also mirrored. `any`: also turned by quarters. */
export type Orientations = "upright" | "mirrored" | "any";

/** How a photo of the catalog has to be turned to look like the query: mirrored first, then quarters of a turn clockwise. */
export type Orientation = {
  mirrored: boolean;
  /** 0 to 3. */
  quarters: number;
};

/** Several parts are one query: their embeddings are pooled by weight. */
export type SearchRequest = {
  parts: QueryPart[];
  limit: number;
  exact: boolean;
  filter: ProductFilter | null;
  /** A column: of the photos for which it says the same only the nearest is a hit. */
  groupBy: string | null;
  /** What colour counts: -1 is ignored, 0 as the embedding has it, 1 decides. */
  colour: number;
  orientations: Orientations;
  /** A crop that is being dragged: pooled from what the network saw of the whole photo, without running it again. */
  live: boolean;
  /** Hits that are nearly identical to a better one are folded under it. */
  fold: boolean;
  /** Null: what is near to the query. 0 to 1: what is closest to the interest that the parts are, each of its tastes represented; 0 the nearest, 1 as unlike each other as can be. */
  recommend: number | null;
};

export type Ranking = {
  hits: Hit[];
  /** Null while colour counts too. */
  cutoff: Cutoff | null;
  /** What similarities say in this catalog; null while it is too small to tell. */
  calibration: Calibration | null;
  method: Method;
  /** Photos searched: all, or those that the filter leaves. */
  gallery: number;
  timings: Timings;
};

export type Hit = {
  image: number;
  /** 1 is the nearest. */
  rank: number;
  /** What it is ranked by, -1 to 1: the cosine similarity of content, with colour as asked. */
  similarity: number;
  /** Cosine similarity of the embeddings, -1 to 1. */
  content: number;
  /** Likeness of colours, 0 to 1; null when it is not known. */
  colour: number | null;
  verdict: Verdict | null;
  /** Which part of the query is nearest to it, counted from 0. */
  part: number;
  orientation: Orientation;
  /** Found by the query without its plain margins. */
  trimmed: boolean;
  name: string;
  /** Folder, as shown. */
  folder: string;
  width: number;
  height: number;
  /** No file of this photo is on disk now. */
  missing: boolean;
  /** Files with this very content. */
  copies: number;
  product: ProductCell[];
  /** What it stands for in a ranking by groups. */
  group: HitGroup | null;
  /** Nearly identical hits that are folded under it, the nearest to the query first; they have none themselves. */
  alike: Hit[];
};

export type HitGroup = {
  value: string;
  /** Photos for which the column says this; the hit is one of them. */
  photos: number;
};

/** A file with a photo's very content. */
export type PhotoCopy = {
  name: string;
  /** Folder, as shown. */
  folder: string;
  /** It is not on disk now. */
  missing: boolean;
};

export type Verdict = "same" | "variant" | "similar" | "none";

/** What similarities say in this catalog, measured on it. */
export type Calibration = {
  /** The column by which photos show the same item; null when it was measured on unlike photos only. */
  column: string | null;
  /** Least similarity of each verdict; null when it cannot be told apart. */
  same: number | null;
  variant: number | null;
  similar: number;
  /** Of the answers "same item", the share that names another one, 0 to 1. */
  wrongWhenSame: number | null;
  /** Of the photos whose item is not in the catalog, the share that gets "same item" all the same, 0 to 1. */
  acceptedWhenAbsent: number | null;
  /** Photos it was measured with. */
  queries: number;
};

/** Where two photos agree, and how far the similarity holds. */
export type Why = {
  /** Over the query photo, as shown. */
  query: HeatMap;
  /** Over the photo of the catalog. */
  hit: HeatMap;
  content: number;
  colour: number | null;
};

/** Cells of a photo, row by row from the top left, 0 to 1. */
export type HeatMap = { columns: number; rows: number; values: number[] };

/** The similarity when the query photo is disturbed a little. */
export type Stability = { stable: boolean; similarity: number; least: number; tests: StabilityTest[] };

export type StabilityTest = { disturbance: Disturbance; similarity: number };

export type Disturbance = "recompressed" | "blurred" | "cropped" | "resized" | "brightened";

/** Photos to be judged, one after the other. */
export type Worklist = { rows: WorklistRow[]; calibration: Calibration | null };

export type WorklistRow = {
  id: number;
  name: string;
  /** As shown; never sent back. */
  folder: string;
  state: RowState;
  verdict: Verdict | null;
  /** The best match, or the one chosen instead. */
  hit: Hit | null;
  decision: Decision;
};

/** `failed`: the photo could not be read, for that reason. */
export type RowState =
  | { kind: "waiting" }
  | { kind: "judged" }
  | { kind: "failed"; reason: string };

/** What a person made of a row. `changed`: another match was chosen. `rejected`: it is not in the catalog. */
export type Decision = "open" | "accepted" | "changed" | "rejected";

/** What a person made of one row of the worklist. `hit`: the photo chosen instead, for `changed`. */
export type RowDecision = { row: number; decision: Decision; hit: number | null };

/** A search as it is kept with the catalog; `id` null for one that is new. */
export type SearchToKeep = {
  id: number | null;
  request: SearchRequest;
  /** Whom or what it was a recommendation for; null for all others. */
  title: string | null;
};

/** A search made before, with what it takes to show it. */
export type PastSearch = {
  id: number;
  /** When it was made or refined last: milliseconds since 1970. */
  askedAt: number;
  parts: PastPart[];
  filter: ProductFilter | null;
  groupBy: string | null;
  colour: number;
  orientations: Orientations;
  recommend: number | null;
  /** As in `SearchToKeep`. */
  title: string | null;
};

/** A photo of a search made before. */
export type PastPart = {
  picture: PastPicture;
  name: string;
  /** As in `QueryPart`. */
  weight: number;
  crop: Crop | null;
  /** A photo of the catalog that is no longer in it. */
  gone: boolean;
};

/** `image`: a photo of the catalog. `kept`: a picture kept with the search. */
export type PastPicture =
  | { kind: "image"; id: number }
  | { kind: "kept"; id: number };

/** A search to be made again: its photos, without those that are gone, in the order of `PastSearch.parts`. */
export type OpenedSearch = {
  parts: OpenedPart[];
  filter: ProductFilter | null;
  groupBy: string | null;
  colour: number;
  orientations: Orientations;
  recommend: number | null;
  /** As in `SearchToKeep`. */
  title: string | null;
};

export type OpenedPart = { source: QuerySource; weight: number; name: string; width: number; height: number; product: ProductCell[] };

/** What a CSV of shopper, photo and weight says. */
export type Interests = {
  /** The file's name. */
  name: string;
  shoppers: Shopper[];
  /** Photos that were passed over, at most 100 of them. */
  unknown: UnknownPhoto[];
  /** How many were passed over. */
  passedOver: number;
};

export type Shopper = {
  /** Empty in a CSV without a column of shoppers. */
  name: string;
  /** Photos of the catalog and their weights, -1 to 1 and not 0. */
  photos: WeighedPhoto[];
};

export type WeighedPhoto = { image: number; weight: number };

export type UnknownPhoto = { shopper: string; photo: string; reason: string };

/** What is kept with the catalog for the page: filters by name, and products kept at hand. */
export type Notebook = { filters: SavedFilter[]; pins: number[] };

export type SavedFilter = { name: string; filter: ProductFilter; groupBy: string | null };

/** Below `similarity` hits are "less similar": only `randomPairs` of two random photos of this catalog are that near. */
export type Cutoff = { similarity: number; randomPairs: number };

/** Milliseconds. */
export type Timings = {
  /** Zero when the photo was decoded for an earlier search. */
  decode: number;
  embed: number;
  search: number;
};

/** A catalog photo in the browsing grid. */
export type Photo = {
  image: number;
  name: string;
  folder: string;
  width: number;
  height: number;
  missing: boolean;
  copies: number;
  excluded: boolean;
  product: ProductCell[];
};

export type PhotoPage = { total: number; offset: number; photos: Photo[] };

export type Folder = {
  id: number;
  /** As shown; never sent back. */
  path: string;
  files: number;
  missing: number;
  state: FolderState;
};

/** How changes in a folder are noticed. `rescanned`: by looking through it from time to time, for that reason. `unavailable`: it is not there now. `waiting`: nobody follows it yet. */
export type FolderState =
  | { kind: "watched" }
  | { kind: "rescanned"; reason: string }
  | { kind: "unavailable" }
  | { kind: "off" }
  | { kind: "waiting" };

/** Files that could not be taken in for the same kind of reason. */
export type FailureGroup = {
  code: string;
  /** Of the first of them. */
  reason: string;
  files: FailedFile[];
};

/** One of them. */
export type FailedFile = {
  /** Goes to `revealFailure` and `ignoreFailure`. */
  id: number;
  /** As shown; never sent back. */
  path: string;
  reason: string;
};

/** What is left out of the catalog. */
export type Exclusions = {
  patterns: string[];
  /** Files of fewer bytes are left out. */
  smallerThan: number | null;
  /** Files ignored one by one. */
  ignored: number;
};

/** What is to be left out from now on. */
export type ExclusionChoice = {
  patterns: string[];
  smallerThan: number | null;
  /** Files ignored one by one stay ignored. */
  keepIgnored: boolean;
};

/** A file that could not be taken in, and why. */
export type FileFailure = { path: string; reason: string };

export type JobProgress = {
  stage: Stage;
  done: number;
  /** Null while still counting. */
  total: number | null;
  /** Photos per second over the last seconds. */
  perSecond: number;
  secondsLeft: number | null;
  failed: number;
  device: string;
  /** The folder or file being worked on, as shown. */
  current: string;
  cancelling: boolean;
  /** It waits until it is resumed. */
  paused: boolean;
};

export type Stage = "scanning" | "embedding" | "indexing" | "tuning" | "judging";

export type JobReport = {
  added: number;
  changed: number;
  moved: number;
  unchanged: number;
  missing: number;
  /** Known files that an exclusion leaves out now. */
  excluded: number;
  failed: FileFailure[];
  seconds: number;
  cancelled: boolean;
  /** Set when the job itself stopped on an error; what was done until then is kept. */
  error: Failed | null;
};

/** What the engine tells the page unasked, over the one channel of `subscribe`. */
export type AppEvent =
  | { kind: "status"; status: Status }
  | { kind: "dragEntered"; photos: number; folders: number; /** CSV files of product data. */ tables: number; others: number }
  | { kind: "dragLeft" }
  | { kind: "queryDropped"; photos: QueryPhoto[]; failures: FileFailure[]; receivedAt: number }
  | { kind: "foldersDropped"; folders: DroppedFolder[] }
  | { kind: "manyDropped"; drop: ManyDropped }
  | { kind: "productsDropped"; preview: ImportPreview }
  | { kind: "jobEnded"; report: JobReport }
  | { kind: "foldersChanged" }
  | { kind: "worklistChanged" };

export type DroppedFolder = {
  /** Goes to `addDroppedFolder` and `addDroppedToWorklist`. */
  id: number;
  name: string;
};

/** Photos that go to the worklist, or are one query all the same. */
export type ManyDropped = {
  /** Goes to `addDroppedToWorklist` and `searchByDropped`. */
  id: number;
  photos: number;
};

/** What the clipboard or a file dialog gave. */
export type Picked = {
  photos: QueryPhoto[];
  failures: FileFailure[];
  /** When the user let go of it: milliseconds since 1970 on this machine's clock. */
  receivedAt: number;
};
