#!/usr/bin/python3
"""A stand-in for com.victronenergy.system, whose choices a test makes by SetValue (contract §4): run
with the address of the bus in DBUS_SESSION_BUS_ADDRESS."""
import argparse

from gi.repository import GLib

from item_service import INVALID, ItemService

ITEMS = {
    '/ActiveBatteryService': INVALID,
    '/ActiveBmsService': INVALID,
    '/Control/Dvcc': GLib.Variant('i', 0),
    '/Dvcc/Alarms/MultipleBatteries': GLib.Variant('i', 0),
    '/Dc/Battery/Soc': INVALID,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--properties-changed', action='store_true',
                        help='announce each item by itself')
    options = parser.parse_args()
    service = ItemService('com.victronenergy.system', not options.properties_changed)
    for path, value in ITEMS.items():
        service.put(path, value)
    service.run()


if __name__ == '__main__':
    main()
