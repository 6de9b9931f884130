/** Photos that can be dragged to another application. The keyboard copies their paths, or reveals their files, instead. */
import type { Application } from "../state/application.svelte.ts";

/** Of a photo whose file is there; null for none. */
export function draggedOut(application: Application, photo: { image: number; missing: boolean } | null): { draggable: boolean; ondragstart: (event: DragEvent) => void } {
  const there = photo !== null && !photo.missing;
  return {
    draggable: there,
    ondragstart: (event) => {
      // The page's own drag would take a picture of the thumbnail along, not the file.
      event.preventDefault();
      if (there) void application.dragOut(photo);
    },
  };
}
