"""How systemcalc chooses monitor and BMS (docs/venus.md, "What Venus chooses"), for its stand-in: it
follows the batteries on the bus and the two settings, as systemcalc does."""
import dbus

from stand_in_service import BUS_ITEM, INVALID, is_invalid

CLASS = 'com.victronenergy.battery'
SETTINGS = 'com.victronenergy.settings'
MONITOR_CHOICE = '/Settings/SystemSetup/BatteryService'
BMS_CHOICE = '/Settings/SystemSetup/BmsInstance'
DEFAULTS = {MONITOR_CHOICE: dbus.String('default'), BMS_CHOICE: dbus.Int32(-1)}
AUTOMATIC = -1


class Battery:
    """One on the bus. What it has once said is seen, be it invalid."""

    def __init__(self, name, items):
        self.name = name
        self.values = {path: item['Value'] for path, item in items.items() if 'Value' in item}

    def value(self, path):
        value = self.values.get(path)
        return None if value is None or is_invalid(value) else value

    @property
    def instance(self):
        return int(self.value('/DeviceInstance'))

    @property
    def is_lynx(self):
        return self.name.startswith(CLASS + '.lynxparallel')

    @property
    def is_bms(self):
        return self.value('/Info/MaxChargeVoltage') is not None

    @property
    def is_candidate(self):
        return (self.value('/Connected') == 1 and self.value('/ProductName') is not None
                and self.value('/Mgmt/Connection') is not None)


class Choice:
    """@show(path, value) is called with each output."""

    def __init__(self, connection, show):
        self.connection, self.show = connection, show
        self.batteries = {}  # by unique name: of a connection only one battery is known
        self.by_instance = {}  # those with the same instance overwrite each other
        self.settings = dict(DEFAULTS)
        self.monitor = None
        connection.add_signal_receiver(self.on_owner, 'NameOwnerChanged', dbus.BUS_DAEMON_IFACE)
        connection.add_signal_receiver(self.on_items, 'ItemsChanged', BUS_ITEM, path='/',
                                       sender_keyword='sender')
        connection.add_signal_receiver(self.on_properties, 'PropertiesChanged', BUS_ITEM,
                                       path_keyword='path', sender_keyword='sender')
        for name in connection.list_names():
            self.on_owner(name, '', name)

    def call(self, name, path, interface, method, signature, arguments, done):
        self.connection.call_async(name, path, interface, method, signature, arguments, done,
                                   lambda error: None)

    def on_owner(self, name, before, after):
        if not after:
            self.forget(name)
        elif name.startswith(CLASS + '.'):
            owner = self.connection.get_name_owner(name)
            self.call(owner, '/', BUS_ITEM, 'GetItems', '', (),
                      lambda items: self.add(owner, Battery(str(name), items)))
        elif name == SETTINGS:
            elements = [{'path': dbus.String(path), 'default': default}
                        for path, default in DEFAULTS.items()]
            self.call(name, '/', 'com.victronenergy.Settings', 'AddSettings', 'aa{sv}', (elements,),
                      self.on_settings)

    def on_settings(self, results):
        for result in results:
            self.settings[str(result['path'])] = result['value']
        self.choose()

    def add(self, owner, battery):
        self.batteries[owner] = battery
        self.by_instance[battery.instance] = battery
        self.choose()

    def forget(self, name):
        for owner, battery in list(self.batteries.items()):
            if battery.name == name:
                del self.batteries[owner]
                # Whoever of the same instance is still there goes with it.
                self.by_instance.pop(battery.instance, None)
        self.choose()

    def on_items(self, items, sender):
        for path, item in items.items():
            self.change(sender, path, item)

    def on_properties(self, item, path, sender):
        if path in self.settings and self.connection.get_name_owner(SETTINGS) == sender:
            self.settings[path] = item['Value']
            self.choose()
        self.change(sender, path, item)

    def change(self, sender, path, item):
        if sender in self.batteries and 'Value' in item:
            self.batteries[sender].values[str(path)] = item['Value']
            self.choose()

    def choose(self):
        monitor, bms = self.choose_monitor(), self.choose_bms()
        if monitor is not self.monitor:
            self.monitor = monitor
            self.show('/ActiveBatteryService', INVALID if monitor is None
                      else dbus.String(f'{CLASS}/{monitor.instance}'))
        self.show('/Dc/Battery/BatteryService', name_of(monitor))
        self.show('/ActiveBmsService', name_of(bms))
        self.show('/Dvcc/Alarms/MultipleBatteries',
                  dbus.Int32(sum(battery.is_bms for battery in self.by_instance.values()) > 1))

    def choose_monitor(self):
        choice = self.settings[MONITOR_CHOICE]
        if choice == 'nobattery':
            return None
        if choice != 'default':
            chosen = [battery for battery in self.batteries.values()
                      if f'{CLASS}/{battery.instance}' == choice]
            return chosen[0] if chosen else None
        return min((battery for battery in self.batteries.values() if battery.is_candidate),
                   key=lambda battery: ('/Info/MaxChargeVoltage' not in battery.values,
                                        not battery.is_lynx, battery.instance), default=None)

    def choose_bms(self):
        choice = int(self.settings[BMS_CHOICE])
        found = [battery for battery in self.by_instance.values()
                 if battery.is_bms and choice in (AUTOMATIC, battery.instance)]
        return min(found, key=lambda battery: (not battery.is_lynx, battery.instance), default=None)


def name_of(battery):
    return INVALID if battery is None else dbus.String(battery.name)
