/** What can be done with a photo of the catalog, as menu items. */
import type { MenuItem } from "../components/ContextMenu.svelte";
import { say } from "../messages/index.ts";
import type { Application, CatalogPhoto } from "../state/application.svelte.ts";

type MenuPhoto = CatalogPhoto & { missing: boolean; excluded: boolean };

/** `compare` is null where there is nothing to compare with. */
export function photoMenu(application: Application, photo: MenuPhoto, compare: (() => void) | null): MenuItem[] {
  const items: MenuItem[] = [{ label: say.photo.searchSimilar, icon: "search", keys: say.keys.enter, run: () => application.searchBy(photo) }];
  if (compare !== null) items.push({ label: say.photo.compare, icon: "compare", keys: say.keys.space, run: compare });
  items.push(
    { label: say.photo.copyPath, icon: "copy", run: () => void application.copyPath(photo) },
    { label: say.photo.reveal, icon: "reveal", disabled: photo.missing, run: () => void application.reveal(photo) },
    photo.excluded
      ? { label: say.photo.include, icon: "show", run: () => void application.include(photo) }
      : { label: say.photo.exclude, icon: "hide", run: () => void application.exclude(photo) },
  );
  return items;
}
