"""A small window to drop files on, as another application has one: drop_target.py X Y

Prints "ready" when it can be dropped on, then the address of each file dropped, a line each, and ends.
"""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

x, y = sys.argv[1:]


def received(_area, context, _x, _y, data, _info, time):
    for address in data.get_uris():
        print(address, flush=True)
    Gtk.drag_finish(context, True, False, time)
    Gtk.main_quit()


window = Gtk.Window(title="Drop target")
window.set_default_size(120, 120)
window.set_keep_above(True)
window.move(int(x), int(y))

area = Gtk.EventBox()
area.add(Gtk.Label(label="drop"))
area.drag_dest_set(Gtk.DestDefaults.ALL, [], Gdk.DragAction.COPY)
area.drag_dest_add_uri_targets()
area.connect("drag-data-received", received)
window.add(area)
window.connect("map-event", lambda *_: print("ready", flush=True))
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
