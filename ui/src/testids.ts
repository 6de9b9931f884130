/**
 * Names by which tests and measurements find things in the window (`data-testid`). They stay when labels change.
 *
 * Beside them, as attributes:
 * - `hit`: data-image, data-rank, data-similarity (four decimals), data-name, data-below-cutoff ("true" | "false"),
 *   data-verdict ("same" | "variant" | "similar" | "none" | "" where it cannot be told), data-group-photos (of a hit that
 *   stands for a group); only hits of the query and the filters in view carry the name,
 *   never those of others before
 * - `answer`: data-verdict, data-image (of the hit that says it); `section-divider`: data-verdict, of the hits under it
 *   (the one above the less similar hits is called `cutoff-divider`)
 * - `photo`: data-image, data-name, data-missing, data-excluded
 * - `results`: data-sequence counts the searches whose pictures are on the screen; with it change data-total-ms,
 *   data-decode-ms, data-embed-ms, data-search-ms and data-paint-ms, the milliseconds of that search;
 *   data-busy is "true" while a search is under way; data-rankings counts every ranking shown, also those of a crop that
 *   is still being dragged, of which the next may come before the pictures of the one before are on the screen
 * - `query-photo`: data-source ("photo" | "image"), data-id, data-crop ("x,y,width,height" or "")
 * - `job-bar`: data-stage, data-done, data-total, data-paused
 * - `folder-row`: data-id, data-path, data-files, data-state ("watched" | "rescanned" | "unavailable" | "off" | "waiting")
 * - `failure-group`: data-code, data-files; `failure-row`: data-path
 * - `filters`: data-on, the number of filters in force; `filter-chip`, `facet`: data-column ("" for words);
 *   `facet-value`: data-value, data-photos; `filters-match`: data-photos
 * - `selected-hit`: data-image; `hit-parts`: data-content, data-colour (four decimals, "" where it is not known), in it and in `why-strip`
 * - `hit` also: data-alike (how many nearly identical hits are folded under it), data-copies (files with its content),
 *   data-trimmed ("true" where it was found by the query without its margins), data-part (of a query of several photos: which of them it is nearest to, counted from 0),
 *   data-orientation (what it was found as: "mirrored", "90", "mirrored-180"…, of one that is not as it is)
 * - `past-search`, `recent-search`: data-id, data-photos, data-gone; `past-panel`: data-searches ("" until they have come)
 * - `shoppers`: data-shoppers (that are listed), data-passed-over; `shopper`: data-at (place in the file), data-photos, data-chosen
 * - `results` also: data-recommend, of the ranking shown ("" for look-alikes); `match-by` too, of the query
 * - `boxes`: data-found, how many were found ("" until then); `suggested-box`: data-crop
 * - `query-chip`: data-source, data-id, data-weight; `match-by`: data-colour, data-orientations
 * - `match-by` also: data-fold; `copies-tray`: data-files; `copy-row`: data-name, data-missing, data-shown (the file that
 *   the photo is shown, copied and revealed by)
 * - `group-tray`, `alike-tray`, `pins-tray`: data-photos; `tray-photo`: data-image; `pins`: data-pins; `saved-filter`: data-name
 * - `stability`: data-stable ("true" | "false"), data-least; `stability-test`: data-disturbance, data-similarity
 * - `zoom`: data-scale; `heat-query`, `heat-hit`: data-columns, data-rows
 * - `import`: data-key, data-photos (that are found by it), data-busy; `import-column`: data-column, data-kind
 * - `worklist`: data-rows, data-tab, data-waiting; `worklist-tab`: data-tab, data-rows
 * - `worklist-row`: data-id, data-name, data-state ("waiting" | "judged" | "failed"), data-verdict, data-decision
 *   ("open" | "accepted" | "changed" | "rejected"), data-image (of the match or "")
 * - `row-detail`, `row-compare`: data-id; `candidate`: data-image
 * - `frame`: data-phase ("starting" | "opening" | "loading" | "ready" | "failed"), data-view, data-photos
 */
export const testid = {
  frame: "frame",
  navSearch: "nav-search",
  navWorklist: "nav-worklist",
  navCatalog: "nav-catalog",
  navSettings: "nav-settings",
  back: "back",
  forward: "forward",
  filter: "filter",
  footerTimings: "footer-timings",
  footerDevice: "footer-device",
  footerPhotos: "footer-photos",

  dropHint: "drop-hint",
  dropOverlay: "drop-overlay",
  choosePhoto: "choose-photo",
  paste: "paste",
  addPhoto: "add-photo",
  wholePhoto: "whole-photo",
  queryPhoto: "query-photo",
  queryChip: "query-chip",
  removeQueryPhoto: "remove-query-photo",
  cropBox: "crop-box",
  results: "results",
  resultsGrid: "results-grid",
  hit: "hit",
  cutoffDivider: "cutoff-divider",
  nothingClose: "nothing-close",
  answer: "answer",
  sectionDivider: "section-divider",
  searchFailed: "search-failed",
  compare: "compare",
  contextMenu: "context-menu",
  starter: "starter",

  matchKind: "match-kind",
  variety: "variety",
  varietyStop: "variety-stop",
  recommendFromPins: "recommend-from-pins",
  recommendFromCsv: "recommend-from-csv",
  shoppers: "shoppers",
  shoppersFilter: "shoppers-filter",
  shoppersList: "shoppers-list",
  shopper: "shopper",
  shopperPrevious: "shopper-previous",
  shopperNext: "shopper-next",
  shoppersPassedOver: "shoppers-passed-over",
  shoppersAnother: "shoppers-another",

  past: "past",
  pastPanel: "past-panel",
  pastList: "past-list",
  pastSearch: "past-search",
  pastForget: "past-forget",
  pastForgetAll: "past-forget-all",
  pastForgetAllDialog: "past-forget-all-dialog",
  pastFailed: "past-failed",
  pastTold: "past-told",
  sideClose: "side-close",
  recentSearch: "recent-search",
  recentAll: "recent-all",

  filters: "filters",
  filtersPanel: "filters-panel",
  filtersClose: "filters-close",
  filterWords: "filter-words",
  facet: "facet",
  facetValue: "facet-value",
  facetMore: "facet-more",
  facetLow: "facet-low",
  facetHigh: "facet-high",
  filtersMatch: "filters-match",
  clearFilters: "clear-filters",
  filterChip: "filter-chip",
  removeFilter: "remove-filter",
  nothingFits: "nothing-fits",
  nothingFitsClear: "nothing-fits-clear",
  groupBy: "group-by",
  selectedHit: "selected-hit",
  copyCode: "copy-code",
  detailMore: "detail-more",

  boxes: "boxes",
  suggestedBox: "suggested-box",
  queryWeight: "query-weight",
  matchBy: "match-by",
  colour: "colour",
  colourStop: "colour-stop",
  orientations: "orientations",
  hitParts: "hit-parts",
  fold: "fold",
  groupTray: "group-tray",
  alikeTray: "alike-tray",
  copiesTray: "copies-tray",
  copyRow: "copy-row",
  copyPath: "copy-path",
  copyReveal: "copy-reveal",
  pinsTray: "pins-tray",
  trayPhoto: "tray-photo",
  trayClose: "tray-close",
  unpin: "unpin",
  pins: "pins",
  pinnedStarter: "pinned-starter",
  exportSheet: "export-sheet",
  saveFilter: "save-filter",
  savedFilter: "saved-filter",
  savedFilterName: "saved-filter-name",
  renameFilter: "rename-filter",
  forgetFilter: "forget-filter",
  why: "why",
  whyStrip: "why-strip",
  whyFailed: "why-failed",
  heatQuery: "heat-query",
  heatHit: "heat-hit",
  stability: "stability",
  stabilityTests: "stability-tests",
  stabilityTest: "stability-test",
  zoom: "zoom",
  zoomIn: "zoom-in",
  zoomOut: "zoom-out",
  zoomReset: "zoom-reset",

  worklist: "worklist",
  worklistEmpty: "worklist-empty",
  worklistNoRows: "worklist-no-rows",
  worklistProgress: "worklist-progress",
  worklistTab: "worklist-tab",
  worklistList: "worklist-list",
  worklistRow: "worklist-row",
  worklistTold: "worklist-told",
  worklistAddPhotos: "worklist-add-photos",
  worklistAddFolder: "worklist-add-folder",
  worklistFill: "worklist-fill",
  worklistExport: "worklist-export",
  worklistImport: "worklist-import",
  worklistMore: "worklist-more",
  worklistMenu: "worklist-menu",
  worklistClearDialog: "worklist-clear-dialog",
  acceptSure: "accept-sure",
  rowDetail: "row-detail",
  rowAccept: "row-accept",
  rowReject: "row-reject",
  rowChange: "row-change",
  rowUndo: "row-undo",
  rowRemove: "row-remove",
  rowCompareOpen: "row-compare-open",
  rowCompare: "row-compare",
  candidates: "candidates",
  candidate: "candidate",
  manyDropped: "many-dropped",
  manyJudge: "many-judge",
  manySearch: "many-search",

  addFolder: "add-folder",
  addSample: "add-sample",
  refresh: "refresh",
  folderRow: "folder-row",
  folderState: "folder-state",
  folderSwitch: "folder-switch",
  removeFolder: "remove-folder",
  removeFolderDialog: "remove-folder-dialog",
  confirm: "confirm",
  confirmDismiss: "confirm-dismiss",
  counts: "counts",
  photosGrid: "photos-grid",
  photo: "photo",
  tabPhotos: "tab-photos",
  tabFailures: "tab-failures",
  failureGroup: "failure-group",
  failureRow: "failure-row",
  revealFailure: "reveal-failure",
  ignoreFailure: "ignore-failure",
  retryFailures: "retry-failures",
  copyFailures: "copy-failures",

  exclusions: "exclusions",
  exclusionPatterns: "exclusion-patterns",
  exclusionSize: "exclusion-size",
  exclusionIgnored: "exclusion-ignored",
  exclusionError: "exclusion-error",
  exclusionSave: "exclusion-save",

  products: "products",
  attachProducts: "attach-products",
  forgetProducts: "forget-products",
  forgetProductsDialog: "forget-products-dialog",
  importDialog: "import-dialog",
  import: "import",
  importKey: "import-key",
  importColumn: "import-column",
  importCancel: "import-cancel",
  importAttach: "import-attach",

  jobBar: "job-bar",
  pause: "pause",
  resume: "resume",
  cancel: "cancel",
  notice: "notice",
  noticeAction: "notice-action",
  noticeDismiss: "notice-dismiss",

  phaseOpening: "phase-opening",
  phaseLoading: "phase-loading",
  phaseFailed: "phase-failed",
  tryAgain: "try-again",
  openCatalog: "open-catalog",

  device: "device",
  model: "model",
  catalogLocation: "catalog-location",
  appearance: "appearance",
} as const;
