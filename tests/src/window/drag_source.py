"""A small window to drag files from, as a file manager lets one do: drag_source.py X Y FILE...

Prints "ready" when it can be dragged from, and ends when the drag has ended.
"""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

x, y, *files = sys.argv[1:]
addresses = [pathlib.Path(file).as_uri() for file in files]

window = Gtk.Window(title="Drag source")
window.set_default_size(80, 60)
window.set_keep_above(True)
window.move(int(x), int(y))

area = Gtk.EventBox()
area.add(Gtk.Label(label="drag"))
area.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
area.drag_source_add_uri_targets()
area.connect("drag-data-get", lambda _area, _context, data, *_: data.set_uris(addresses))
area.connect("drag-end", lambda *_: Gtk.main_quit())
window.add(area)
window.connect("map-event", lambda *_: print("ready", flush=True))
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
