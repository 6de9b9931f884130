/**
 * Names by which tests and measurements find things in the window (`data-testid`). They stay when labels change.
 *
 * Beside them, as attributes:
 * - `hit`: data-image, data-rank, data-similarity (four decimals), data-name, data-below-cutoff ("true" | "false"),
 *   data-group-photos (of a hit that stands for a group); only hits of the query and the filters in view carry the name,
 *   never those of others before
 * - `photo`: data-image, data-name, data-missing, data-excluded
 * - `results`: data-sequence counts the searches whose pictures are on the screen; with it change data-total-ms,
 *   data-decode-ms, data-embed-ms, data-search-ms and data-paint-ms, the milliseconds of that search;
 *   data-busy is "true" while a search is under way
 * - `query-photo`: data-source ("photo" | "image"), data-id, data-crop ("x,y,width,height" or "")
 * - `job-bar`: data-stage, data-done, data-total, data-paused
 * - `folder-row`: data-id, data-path, data-files, data-state ("watched" | "rescanned" | "unavailable" | "off" | "waiting")
 * - `failure-group`: data-code, data-files; `failure-row`: data-path
 * - `filters`: data-on, the number of filters in force; `filter-chip`, `facet`: data-column ("" for words);
 *   `facet-value`: data-value, data-photos; `filters-match`: data-photos
 * - `selected-hit`: data-image
 * - `import`: data-key, data-photos (that are found by it), data-busy; `import-column`: data-column, data-kind
 * - `frame`: data-phase ("starting" | "opening" | "loading" | "ready" | "failed"), data-view, data-photos
 */
export const testid = {
  frame: "frame",
  navSearch: "nav-search",
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
  searchFailed: "search-failed",
  compare: "compare",
  contextMenu: "context-menu",
  starter: "starter",

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
