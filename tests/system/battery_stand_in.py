#!/usr/bin/python3
"""A stand-in of another program's battery: com.victronenergy.battery.NAME with an instance, and with
limits where it is a BMS. What it shows is changed by SetValue."""
import dbus

from stand_in_service import Service, arguments, run


class Battery(Service):
    def __init__(self, connection, instance, charge_voltage):
        super().__init__(connection)
        self.values = {
            '/Mgmt/ProcessName': dbus.String('other-battery'),
            '/Mgmt/ProcessVersion': dbus.String('1'),
            '/Mgmt/Connection': dbus.String('Test'),
            '/ProductName': dbus.String('Other battery'),
            '/DeviceInstance': dbus.Int32(instance),
            '/Connected': dbus.Int32(1),
            '/CustomName': dbus.String(''),
            '/Soc': dbus.Double(50),
        }
        if charge_voltage is not None:
            self.values['/Info/MaxChargeVoltage'] = dbus.Double(charge_voltage)

    def write(self, path, value):
        self.values[path] = value
        self.send('/', 'ItemsChanged', 'a{sa{sv}}', {path: self.properties(path)})
        return 0


def main():
    parser = arguments(__doc__)
    parser.add_argument('--name', required=True, help='com.victronenergy.battery.…')
    parser.add_argument('--instance', type=int, required=True)
    parser.add_argument('--charge-voltage', type=float, help='it is a BMS')
    options = parser.parse_args()
    run(options.name, options.bus,
        lambda connection: Battery(connection, options.instance, options.charge_voltage))


if __name__ == '__main__':
    main()
