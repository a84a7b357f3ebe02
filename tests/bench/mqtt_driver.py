#!/usr/bin/python3
"""The least that a driver in Python must do to bring JSON from MQTT onto the bus as a battery.

    mqtt_driver.py PORT

What a push costs through it is what node_red_chain.py measures the daemon against. It checks nothing.
"""
import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
import paho.mqtt.client as mqtt
from gi.repository import GLib

PATHS = {
    'Soc': '/Soc', 'Current': '/Dc/0/Current', 'Voltage': '/Dc/0/Voltage', 'Power': '/Dc/0/Power',
    'MinCellTemperature': '/System/MinCellTemperature', 'MaxCellTemperature': '/System/MaxCellTemperature',
    'MaxChargeCurrent': '/Info/MaxChargeCurrent', 'MaxDischargeCurrent': '/Info/MaxDischargeCurrent',
    'MaxChargeVoltage': '/Info/MaxChargeVoltage', 'MaxCellVoltage': '/System/MaxCellVoltage',
    'MinCellVoltage': '/System/MinCellVoltage',
}


class Battery(dbus.service.Object):
    """The object at / alone: it holds all values, and signals those that change."""

    def __init__(self, bus):
        super().__init__(bus, '/')
        self.values = {}

    @dbus.service.method('com.victronenergy.BusItem', out_signature='a{sa{sv}}')
    def GetItems(self):
        return {path: item(value) for path, value in self.values.items()}

    @dbus.service.signal('com.victronenergy.BusItem', signature='a{sa{sv}}')
    def ItemsChanged(self, items):
        pass

    def take(self, record):
        changed = {PATHS[name]: float(value) for name, value in record.items()
                   if self.values.get(PATHS[name]) != value}
        self.values.update(changed)
        if changed:
            self.ItemsChanged({path: item(value) for path, value in changed.items()})


def item(value):
    return {'Value': dbus.Double(value, variant_level=1), 'Text': dbus.String(str(value), variant_level=1)}


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    battery = Battery(bus)
    name = dbus.service.BusName('com.victronenergy.battery.mqtt', bus)
    client = mqtt.Client()
    client.on_connect = lambda client, *_: client.subscribe('battery')
    client.on_message = lambda _client, _data, message: GLib.idle_add(
        battery.take, json.loads(message.payload))
    client.connect('127.0.0.1', int(sys.argv[1]))
    client.loop_start()
    GLib.MainLoop().run()
    del name


if __name__ == '__main__':
    main()
