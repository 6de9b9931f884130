/**
 * Names by which tests and measurements find things in the window (`data-testid`). They stay when labels change.
 *
 * Beside them, as attributes:
 * - `hit`: data-image, data-rank, data-similarity (four decimals), data-name, data-below-cutoff ("true" | "false");
 *   only hits of the query in view carry the name, never those of one before
 * - `photo`: data-image, data-name, data-missing, data-excluded
 * - `results`: data-sequence counts the searches whose pictures are on the screen; with it change data-total-ms,
 *   data-decode-ms, data-embed-ms, data-search-ms and data-paint-ms, the milliseconds of that search;
 *   data-busy is "true" while a search is under way
 * - `query-photo`: data-source ("photo" | "image"), data-id, data-crop ("x,y,width,height" or "")
 * - `job-bar`: data-stage, data-done, data-total
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

  addFolder: "add-folder",
  addSample: "add-sample",
  refresh: "refresh",
  folderRow: "folder-row",
  removeFolder: "remove-folder",
  removeFolderDialog: "remove-folder-dialog",
  confirm: "confirm",
  confirmDismiss: "confirm-dismiss",
  counts: "counts",
  photosGrid: "photos-grid",
  photo: "photo",
  tabPhotos: "tab-photos",
  tabFailures: "tab-failures",
  failureRow: "failure-row",
  copyFailures: "copy-failures",

  jobBar: "job-bar",
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
