#!/usr/bin/python3
"""A stand-in of Venus' com.victronenergy.system, systemcalc, as far as it says which battery it has
chosen. Nothing is computed, and the test says what it shows, by SetValue; or with --choose it is as
systemcalc chooses."""
import dbus

from stand_in_service import INVALID, Service, arguments, run
from system_choice import Choice

NAME = 'com.victronenergy.system'

# As before systemcalc has found a battery; an empty list of theirs is not an ai.
VALUES = {
    '/ActiveBatteryService': INVALID,
    '/ActiveBmsService': INVALID,
    '/AvailableBmsServices': dbus.Array([], signature='u', variant_level=1),
    '/Control/Dvcc': dbus.Int32(0),
    '/Dvcc/Alarms/MultipleBatteries': dbus.Int32(0),
}


class System(Service):
    def __init__(self, connection, properties_changed, choose):
        super().__init__(connection)
        self.values = dict(VALUES)
        self.properties_changed = properties_changed
        if choose:
            self.values['/Dc/Battery/BatteryService'] = INVALID
            self.choice = Choice(connection, self.write)

    def write(self, path, value):
        if (type(value), value) == (type(self.values[path]), self.values[path]):
            return 0
        self.values[path] = value
        if self.properties_changed:
            self.announce_leaf(path)
        else:
            self.send('/', 'ItemsChanged', 'a{sa{sv}}', {path: self.properties(path)})
        return 0


def main():
    parser = arguments(__doc__)
    parser.add_argument('--properties-changed', action='store_true',
                        help='announce each change on its leaf, not by ItemsChanged on /')
    parser.add_argument('--choose', action='store_true',
                        help='choose among the batteries on the bus as systemcalc does')
    options = parser.parse_args()
    run(NAME, options.bus, lambda connection: System(connection, options.properties_changed,
                                                     options.choose))


if __name__ == '__main__':
    main()
