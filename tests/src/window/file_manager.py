"""A file manager for tests: prints the addresses of what it is asked to show, one a line, until it is killed."""

import sys

from gi.repository import Gio, GLib

INTERFACE = Gio.DBusNodeInfo.new_for_xml(
    """
    <node>
      <interface name="org.freedesktop.FileManager1">
        <method name="ShowItems">
          <arg type="as" name="addresses" direction="in"/>
          <arg type="s" name="startup" direction="in"/>
        </method>
      </interface>
    </node>
    """
).interfaces[0]


def asked(_connection, _sender, _path, _interface, _method, parameters, invocation):
    addresses, _startup = parameters.unpack()
    invocation.return_value(None)
    for address in addresses:
        print(address, flush=True)


def connected(connection, _name):
    connection.register_object("/org/freedesktop/FileManager1", INTERFACE, asked, None, None)


Gio.bus_own_name(
    Gio.BusType.SESSION,
    "org.freedesktop.FileManager1",
    Gio.BusNameOwnerFlags.REPLACE,
    connected,
    lambda *_: print("ready", flush=True),
    lambda *_: sys.exit("the session has another file manager"),
)
GLib.MainLoop().run()
