/**
 * Every label and sentence of the window, in English. Another language is another module of the same type:
 * `const zhCN: Messages = { … }`.
 */
import type { Adapter, Cutoff, ErrorCode, IndexStatus, JobProgress, JobReport } from "../engine/types.ts";
import { control, count, files, folders as folderCount, format, photos, plural } from "./en.counts.ts";
import { failures, folders, leftOut } from "./en.folders.ts";
import { copies, folding, trimmed } from "./en.folding.ts";
import { filters, product, products } from "./en.products.ts";
import { boxes, hitActions, kept, matching, parts, pins, queryShortcuts, saved, sheet, similarities, unfold, why, zoom } from "./en.query.ts";
import { past, pastShortcuts } from "./en.past.ts";
import { recommend, shoppers } from "./en.recommend.ts";
import { verdicts } from "./en.verdicts.ts";
import { MOST_OF_ONE_ITEM, worklist } from "./en.worklist.ts";

export const en = {
  format,
  photos,
  files,

  keys: {
    enter: "Enter",
    space: "Space",
    filter: "/",
    filters: "F",
    why: "H",
    pin: "P",
    more: "+",
    less: "−",
    unfold: "U",
    choose: `${control} O`,
    paste: `${control} V`,
  },

  app: {
    name: "Vitrine",
    views: { search: "Search", worklist: "Worklist", catalog: "Catalog", settings: "Settings" },
    navigation: "Views",
    back: "Back",
    backTitle: "Back (Alt+←)",
    forward: "Forward",
    forwardTitle: "Forward (Alt+→)",
    filterHits: "Filter results by name, SKU…",
    filterPhotos: "Filter photos by name, SKU…",
    clearFilter: "Clear the filter",
    offline: "Offline",
    offlineTitle: "Vitrine never uses the network: photos are decoded, embedded and compared on this computer.",
    notices: "Notices",
    dismiss: "Dismiss",
    close: "Close",
    cancel: "Cancel",
  },

  timings: {
    parts: { decode: "decode", embed: "embed", search: "search", paint: "paint" },
    title: "Times of the last search, from the photo's arrival to the painted results",
  },

  phase: {
    opening: "Opening the catalog…",
    openingHint: "Checking its files and building the index in memory.",
    loadingTitle: "Getting ready to search",
    loadingHint: "You can browse the catalog meanwhile.",
    waiting: "The search starts as soon as the model is loaded.",
    failed: (code: ErrorCode) => {
      if (code === "catalogInUse") return "This catalog is open in another window";
      if (code === "catalogNewer") return "This catalog was made by a newer Vitrine";
      return "Vitrine could not start searching";
    },
    kept: (code: ErrorCode) => {
      if (code === "catalogInUse") return "Nothing was changed. Only one window writes to a catalog at a time, so that nothing is lost.";
      if (code === "catalogNewer") return "Nothing was changed: this version does not touch what it cannot read completely.";
      return "Your photos and the catalog on disk are as they were.";
    },
    todo: (code: ErrorCode) => {
      if (code === "catalogInUse") return "Close the other window and try again, or open another catalog.";
      if (code === "catalogNewer") return "Update Vitrine, or open another catalog.";
      return "Try again, choose another device or model in Settings, or open another catalog.";
    },
    tryAgain: "Try again",
    openAnother: "Open another catalog…",
  },

  welcome: {
    title: "Drop a product photo anywhere",
    subtitle: (n: number) => `Its look-alikes among ${photos(n)} appear here, nearest first.`,
    choose: "Choose a photo…",
    paste: "Paste",
    starters: "Or start from a photo of the catalog",
    emptyTitle: "Drop a folder of product photos anywhere",
    emptyText: "Vitrine reads them where they are: it copies nothing, changes nothing, and never uses the network.",
    emptyThen: "Then drop, paste or choose a photo, and its look-alikes appear here.",
    sample: "Try it with the sample photos",
    sampleHint: "54 product photos that came with Vitrine",
    addFolder: "Add a folder…",
    addFolderHint: "with photos of your own; subfolders are included",
    indexingTitle: "The first photos are being taken in",
    indexing: "As soon as some are there you can search by one of them, or drop a photo of your own.",
  },

  query: {
    heading: "Query",
    pooled: (n: number) => `${photos(n)} as one query`,
    alt: (name: string) => `Query photo ${name}`,
    show: (name: string) => `Show ${name}`,
    remove: (name: string) => `Remove ${name} from the query`,
    add: "Add a photo",
    addHint: "Several photos make one query: what they have in common counts.",
    whole: "Whole photo",
    cropHint: "Drag on the photo to search by a part of it",
    cropLabel: (percent: { x: number; y: number; width: number; height: number } | null) =>
      percent === null
        ? "The whole photo is searched by. Arrow keys with Shift make a crop."
        : `Crop at ${format.percent(percent.x)} from the left, ${format.percent(percent.y)} from the top, ` +
          `${format.percent(percent.width)} wide, ${format.percent(percent.height)} high. ` +
          "Arrow keys move it, Shift and arrow keys resize it, Escape clears it.",
    pixels: (width: number, height: number) => `${count(width)} × ${count(height)} px`,
    fromCatalog: "from the catalog",
  },

  results: {
    heading: (name: string, more: number) =>
      more === 0 ? `Look-alikes of ${name}` : `Look-alikes of ${name} and ${plural(more, { one: "1 more photo", other: `${count(more)} more photos` })}`,
    list: "Look-alikes, nearest first",
    summary: (near: number, gallery: number, totalMillis: number | null) =>
      `${count(near)} of ${photos(gallery)} ${plural(near, { one: "is", other: "are" })} near` +
      (totalMillis === null ? "" : ` · ${format.millis(totalMillis)}`),
    plainSummary: (shown: number, gallery: number, totalMillis: number | null) =>
      `nearest ${count(shown)} of ${photos(gallery)}` + (totalMillis === null ? "" : ` · ${format.millis(totalMillis)}`),
    /** Among the photos that fit a filter. */
    filteredSummary: (near: number, gallery: number, totalMillis: number | null) =>
      `${count(near)} of the ${photos(gallery)} that ${plural(gallery, { one: "fits", other: "fit" })} ${plural(near, { one: "is", other: "are" })} near` +
      (totalMillis === null ? "" : ` · ${format.millis(totalMillis)}`),
    /** One for each group. */
    narrowedSummary: (near: number, totalMillis: number | null) =>
      `${plural(near, { one: "1 result is", other: `${count(near)} results are` })} near` + (totalMillis === null ? "" : ` · ${format.millis(totalMillis)}`),
    plainNarrowedSummary: (shown: number, totalMillis: number | null) =>
      `nearest ${plural(shown, { one: "result", other: `${count(shown)} results` })}` + (totalMillis === null ? "" : ` · ${format.millis(totalMillis)}`),
    filtered: (shown: number, all: number) => `${count(shown)} of ${count(all)} results match the filter`,
    keysDo: { search: "search by it", compare: "compare" },
    /** `judged`: what was found of it in a word. */
    option: (rank: number, name: string, similarity: number, judged: string | null, missing: boolean) =>
      `${count(rank)}. ${name}, similarity ${format.similarity(similarity)}` +
      (judged === null ? "" : `, ${judged.toLocaleLowerCase("en")}`) +
      (missing ? ", file missing" : ""),
    missing: "Missing",
    missingTitle: "No file of this photo is on disk now; its thumbnail and vectors were kept.",
    copies: (n: number) => plural(n, { one: "1 copy", other: `${count(n)} copies` }),
    divider: (cutoff: Cutoff) =>
      `Less similar: only ${oneIn(cutoff.randomPairs)} random pairs of this catalog are nearer than ${format.similarity(cutoff.similarity)}`,
    nothingClose: "Nothing in this catalog is close.",
    nothingThatFitsIsClose: "Nothing that fits the filters is close.",
    nothingCloseHint: (cutoff: Cutoff, best: number) =>
      `The nearest photo has a similarity of ${format.similarity(best)}. ` +
      `What counts as near begins at ${format.similarity(cutoff.similarity)}: only ${oneIn(cutoff.randomPairs)} random pairs of this catalog are nearer.`,
    none: "There is nothing to compare with yet",
    noneHint: "No photo of the catalog has been embedded. Add a folder, or wait until indexing has taken in the first photos.",
    noMatch: (filter: string) => `No result has “${filter}” in its file name or product data`,
    searching: "Searching…",
    failed: "This search did not work",
    failedHint: (code: ErrorCode) => {
      if (code === "notFound") return "The photo is no longer at hand. Drop it again, or go back to an earlier search.";
      if (code === "unreadablePhoto") return "Nothing was changed. Try another photo, or save this one as JPEG or PNG.";
      return "Nothing was changed. Try again, or go back to an earlier search.";
    },
    again: "Search again",
  },

  verdicts,
  worklist,
  filters,
  product,
  products,

  boxes,
  parts,
  matching,
  recommend,
  shoppers,
  past,
  similarities,
  why,
  zoom,
  unfold,
  folding,
  trimmed,
  copies,
  pins,
  saved,
  sheet,
  kept,
  hitActions,

  photo: {
    searchSimilar: "Search similar",
    compare: "Compare",
    copyPath: "Copy path",
    reveal: "Reveal in folder",
    exclude: "Exclude from results",
    include: "Show in results again",
    menu: (name: string) => `Actions for ${name}`,
    pathCopied: (name: string) => `Path of ${name} copied`,
    excluded: (name: string) => `${name} is left out of results from now on.`,
    included: (name: string) => `${name} is shown in results again.`,
    undo: "Undo",
    excludedBadge: "Excluded",
    option: (name: string, missing: boolean, excluded: boolean) =>
      name + (missing ? ", file missing" : "") + (excluded ? ", excluded from results" : ""),
    loading: "Not loaded yet",
  },

  compare: {
    title: "Compare",
    query: "Query",
    of: (rank: number, all: number) => `${count(rank)} of ${count(all)}`,
    similarity: (value: number) => `similarity ${format.similarity(value)}`,
    previous: "Previous result",
    next: "Next result",
  },

  drop: {
    title: (dragged: { photos: number; folders: number; tables: number }) => {
      if (dragged.photos > MOST_OF_ONE_ITEM) return worklist.many.dragged(dragged.photos);
      if (dragged.photos > 0) return dragged.photos === 1 ? "Search with this photo" : `Search with ${photos(dragged.photos)} together`;
      if (dragged.folders > 0) return dragged.folders === 1 ? "Add the folder to the catalog" : `Add ${folderCount(dragged.folders)} to the catalog`;
      if (dragged.tables > 0) return "Attach the product data of this CSV";
      return "This does not look like a photo";
    },
    hint: (dragged: { photos: number; folders: number; tables: number; others: number }) => {
      if (dragged.photos === 0 && dragged.folders === 0 && dragged.tables > 0) return "You see what comes of it before anything is stored.";
      if (dragged.photos === 0 && dragged.folders === 0) {
        return "JPEG, HEIC, PNG, WebP, GIF, TIFF, BMP and AVIF photos work, and folders of them; a CSV attaches product data.";
      }
      const more = [];
      if (dragged.photos > 0 && dragged.folders > 0) more.push(`${folderCount(dragged.folders)} can be added to the catalog`);
      if (dragged.tables > 0) more.push("the CSV can be attached as product data");
      if (dragged.others > 0) {
        more.push(
          plural(dragged.others, { one: "1 other file is taken if it is a photo", other: `${count(dragged.others)} other files are taken if they are photos` }),
        );
      }
      if (more.length > 0) return `${more.join("; ")}.`;
      if (dragged.photos === 0) return "You are asked before anything is read.";
      return "Drop it anywhere in the window.";
    },
    offer: (name: string) => `Add “${name}” to the catalog?`,
    offerHint: "Its photos, subfolders included, are read where they are.",
    add: "Add to the catalog",
  },

  catalog: {
    title: "Catalog",
    counts: "Counts",
    photos: "Photos",
    files: "Files",
    missing: "Missing",
    excluded: "Excluded",
    awaiting: "Not embedded yet",
    filesTitle: "Files on disk that show these photos; copies count",
    foldersHeading: "Folders",
    addFolder: "Add a folder…",
    refresh: "Refresh",
    refreshTitle: "Look for new, changed, moved and missing files",
    folderFacts: (fileCount: number, missing: number) => files(fileCount) + (missing > 0 ? ` · ${count(missing)} missing` : ""),
    removeFolder: (path: string) => `Remove ${path}`,
    removeTitle: "Remove this folder from the catalog?",
    removeText: (n: number) =>
      n === 0
        ? "It holds no photos of the catalog."
        : `Up to ${plural(n, { one: "1 photo leaves", other: `${count(n)} photos leave` })} the catalog; those that also lie in another folder stay.`,
    removeKept: "The files on disk are not touched. Adding the folder again takes its photos in anew.",
    remove: "Remove from the catalog",
    tabs: { photos: "Photos", failures: "Could not be read" },
    gridLabel: "All photos of the catalog",
    empty: "The catalog is empty",
    emptyHint: "Add a folder of product photos, or drop one on the window.",
    noFolders: "No folder added yet.",
    noMatch: (filter: string) => `No photo has “${filter}” in its file name or product data`,
  },

  folders,
  leftOut,
  failures,

  job: {
    stage: (stage: JobProgress["stage"]) =>
      ({
        scanning: "Looking for photos",
        embedding: "Taking in photos",
        indexing: "Building the index",
        tuning: "Tuning the GPU for this computer, the first time only",
        judging: "Judging the photos of the worklist",
      })[stage],
    cancelling: "Stopping after the photos under way",
    paused: "Paused",
    pause: "Pause",
    resume: "Resume",
    doneOf: (done: number, total: number | null) => (total === null ? count(done) : `${count(done)} of ${count(total)}`),
    rate: (perSecond: number) => `${format.rate(perSecond)} photos/s`,
    left: (seconds: number) => (seconds < 1 ? "almost done" : `${format.remaining(seconds)} left`),
    failed: (n: number) => `${count(n)} could not be read`,
    cancel: "Cancel",
    ended: (report: JobReport) => {
      const parts = [
        report.added > 0 ? `${count(report.added)} added` : "",
        report.changed > 0 ? `${count(report.changed)} changed` : "",
        report.moved > 0 ? `${count(report.moved)} moved` : "",
        report.unchanged > 0 ? `${count(report.unchanged)} unchanged` : "",
        report.missing > 0 ? `${count(report.missing)} missing` : "",
        report.excluded > 0 ? `${count(report.excluded)} left out` : "",
        report.failed.length > 0 ? `${count(report.failed.length)} could not be read` : "",
      ].filter((part) => part !== "");
      const done = parts.length === 0 ? "" : `${format.list(parts)}. It took ${format.duration(report.seconds)}.`;
      if (!report.cancelled) return done === "" ? "No photos were found." : done;
      // A cancelled run leaves followed folders as they are until the next look at them.
      return `${done === "" ? "Nothing was taken in." : done} Folders that are followed are looked at again within 10 minutes: the rest is taken in then.`;
    },
    endedTitle: (report: JobReport) =>
      report.error !== null ? "Indexing stopped on an error" : report.cancelled ? "Indexing was cancelled; what was done is kept" : "The catalog is up to date",
    errorKept: (message: string) => `${message} What was done until then is kept.`,
    showFailures: "Show failures",
    busy: "Another job is still running. Wait for it, or cancel it first.",
  },

  settings: {
    title: "Settings",
    device: "Device",
    deviceHint: "What photos are embedded on.",
    deviceRequest: { auto: "Automatic", gpu: "GPU", cpu: "CPU" },
    deviceRequestHint: {
      auto: "The GPU when there is a real one, else the CPU",
      gpu: "Also a software adapter, which is slow",
      cpu: "Always works",
    },
    inUse: "In use",
    adapters: "Adapters found",
    noAdapters: "No graphics adapter was found.",
    adapterColumns: { name: "Name", backend: "Backend", kind: "Kind", driver: "Driver" },
    adapterKind: (kind: Adapter["kind"]) => kind.charAt(0).toUpperCase() + kind.slice(1),
    model: "Model",
    modelHint: "What turns a photo into an embedding. Another model embeds the whole catalog anew; the vectors of this one are kept.",
    modelFacts: (dims: number, parameters: number, inputSize: number) =>
      `${count(dims)} dimensions · ${format.compact(parameters)} parameters · ${count(inputSize)} × ${count(inputSize)} px input`,
    catalog: "Catalog",
    location: "Location",
    content: "Content",
    contentText: (photoNumber: number, fileNumber: number, folderNumber: number) =>
      `${photos(photoNumber)} in ${files(fileNumber)}, ${folderCount(folderNumber)}`,
    index: "Index",
    indexMethod: (index: IndexStatus) =>
      index.method === "exact"
        ? `Exact search over ${plural(index.vectors, { one: "1 vector", other: `${count(index.vectors)} vectors` })}`
        : `Approximate search over ${count(index.vectors)} vectors` +
          (index.recallAt10 === null ? "" : `; it finds ${format.recall(index.recallAt10)} of what exact search finds (recall@10, measured)`),
    openAnother: "Open another catalog…",
    appearance: "Appearance",
    themes: { system: "System", light: "Light", dark: "Dark" },
    keyboard: "Keyboard",
    about: "About",
    version: (version: string) => `Vitrine ${version}`,
    offlineStatement: "Vitrine works without a network: it opens no connection, and no photo leaves this computer. Your files are only ever read.",
    unknown: "Not known yet",
  },

  shortcuts: [
    { keys: [control, "O"], does: "Choose a photo" },
    { keys: [control, "V"], does: "Search by the picture or file in the clipboard" },
    { keys: ["←", "↑", "→", "↓"], does: "Move between photos" },
    { keys: ["Enter"], does: "Search by the selected photo" },
    { keys: ["Space"], does: "Compare it with the query" },
    { keys: ["Shift", "F10"], does: "More actions for it" },
    { keys: ["Alt", "←"], does: "Back to the search before; Esc does the same" },
    { keys: ["Alt", "→"], does: "Forward again" },
    ...pastShortcuts,
    { keys: ["/"], does: "Filter by file name" },
    { keys: ["F"], does: "Filter by product data" },
    ...queryShortcuts,
    ...worklist.shortcuts,
    { keys: [control, "1 – 4"], does: "Search, Worklist, Catalog, Settings" },
  ],

  errors: {
    photoFailed: (name: string) => `${name} could not be read`,
    photosFailed: (n: number) => `${files(n)} could not be read`,
    nothingToPaste: "There is no picture or photo file in the clipboard",
    nothingToPasteHint: `Copy a picture in a browser, or a file in the file manager, and press ${control}+V again.`,
    command: "That did not work",
  },
};

export type Messages = typeof en;

/** 0.01 → "1 in 100". */
function oneIn(fraction: number): string {
  return fraction > 0 ? `1 in ${count(Math.max(1, Math.round(1 / fraction)))}` : "none";
}
