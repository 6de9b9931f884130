/** The keys that work everywhere in the window. Keys of a list, a crop or a dialog are theirs and come first. */
import { type Application, VIEWS } from "../../state/application.svelte.ts";
import { LESS, MORE } from "../../state/desk.svelte.ts";

/** What keys lead to in the views. */
export type Places = { focusFilter: () => void; showFilters: () => void };

export function shortcut(event: KeyboardEvent, application: Application, places: Places): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
  const act = actionOf(event, application, places);
  if (act === null) return;
  event.preventDefault();
  act();
}

export function isTextField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=radio], [type=checkbox], [type=range]), textarea") !== null;
}

function actionOf(event: KeyboardEvent, application: Application, places: Places): (() => void) | null {
  const { search, narrowing, aside } = application;
  // A list takes letters to find its options by.
  const inField = isTextField(event.target) || event.target instanceof HTMLSelectElement;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    const view = VIEWS[Number(event.key) - 1];
    if (view !== undefined) return () => (application.view = view);
    if (event.key === "o") return () => void application.pickQuery();
    if (event.key === "h" && application.session.catalog !== null) return application.view === "search" ? () => aside.toggle("past") : () => aside.show("past");
    if (event.key === "v" && !inField) return () => void application.paste();
    return null;
  }
  if (event.altKey && application.view === "search") {
    if (event.key === "ArrowLeft") return () => search.back();
    if (event.key === "ArrowRight") return () => search.forward();
    return null;
  }
  if (inField) return null;
  if (event.key === "/") return places.focusFilter;
  if (event.key === "f" && application.view === "search") return places.showFilters;
  const browsing = application.view === "catalog" && application.catalogTab === "photos" ? browsingOf(event.key, application) : null;
  if (browsing !== null) return browsing;
  const refining = application.view === "search" ? refiningOf(event.key, application) : null;
  if (refining !== null) return refining;
  if (event.key === "Escape" && application.view === "search" && narrowing.open) return () => narrowing.close();
  if (event.key === "Escape" && application.view === "search" && aside.side !== null) return () => aside.close();
  if (event.key === "Escape") return application.view === "search" ? () => search.back() : () => (application.view = "search");
  return null;
}

/** What a key does to the photo selected in the catalog; null for other keys, and where there is nothing to do it to. */
function browsingOf(key: string, { pages, desk: { unfolding } }: Application): (() => void) | null {
  if (key === "Escape" && unfolding.of(null) !== null) return () => unfolding.close();
  const photo = key === "u" ? pages.at(pages.selected) : undefined;
  return photo === undefined ? null : () => void unfolding.openCopies(photo);
}

/** What a key does to the search in view and to its selected hit; null for other keys, and where there is nothing to do it to. */
function refiningOf(key: string, { search, desk }: Application): (() => void) | null {
  const entry = search.entry;
  if (entry === null) return null;
  if (key === "Escape" && (desk.kept.open || desk.unfolding.of(entry) !== null)) return () => desk.closeTrays();
  if (key === "P") return () => desk.togglePins();
  if (key === "e" && entry.hits.length > 0) return () => void desk.exportSheet();
  const box = ["0", "1", "2", "3"].indexOf(key) - 1;
  if (box >= -1) return () => void desk.chooseBox(box);
  // Of a ranking that is not that of the query in view nothing is selected.
  const hit = search.shown === entry ? entry.hits[entry.selected] : undefined;
  if (hit === undefined) return null;
  if (key === "+" || key === "=") return () => desk.lean(hit, MORE);
  if (key === "-" || key === "−") return () => desk.lean(hit, LESS);
  if (key === "p") return () => desk.togglePin(hit);
  if (key === "u") return () => void desk.unfold(hit);
  return null;
}
