"""What Venus selects is told: in GET, once in the verdict's warnings, and in the log."""
from clients import BATTERY, RECORD
from harness import CALM, equal, eventually

CONFIG = '[battery]\n' + CALM
MONITOR = '/ActiveBatteryService'
BMS = '/ActiveBmsService'
DVCC = '/Control/Dvcc'
SEVERAL = '/Dvcc/Alarms/MultipleBatteries'
OURS = 'com.victronenergy.battery/120'


def selected(daemon, monitor, bms, dvcc):
    wanted = {'monitor': monitor, 'bms': bms, 'dvcc': dvcc}
    eventually(lambda: daemon.state()['selected'] == wanted, f'selected is {wanted}')


def warned(daemon, *texts):
    """Posts until the verdict warns. @texts: each of the warnings"""
    warnings = eventually(lambda: daemon.http.post(RECORD).body['warnings'], f'warned of {texts}')
    equal(warnings, list(texts))
    equal(daemon.http.post(RECORD).body['warnings'], [], 'once')
    assert '; '.join(texts) in daemon.log.read_text(), daemon.log.read_text()


def test_without_a_system(world):
    daemon, _ = world.live()
    selected(daemon, None, None, None)
    equal(daemon.http.post(RECORD).body['warnings'], [])


def test_selected(world):
    system = world.system()
    daemon, _ = world.live()
    system.set(MONITOR, OURS)
    system.set(BMS, BATTERY)
    system.set(DVCC, 1)
    selected(daemon, True, True, True)
    warned(daemon, 'selected as battery monitor', 'selected as BMS')

    system.set(DVCC, 0)
    system.set(SEVERAL, 1)
    selected(daemon, True, True, False)
    warned(daemon, 'selected as battery monitor', 'selected as BMS',
           'limits are not used: switch DVCC on',
           'several BMSes are on the bus (MultipleBatteries): Venus obeys one of them, choose it '
           'there')

    system.kill()
    selected(daemon, None, None, None)
    system.start()
    selected(daemon, False, False, False)


def test_another_one_is_selected(world):
    system = world.system()
    system.set(MONITOR, 'com.victronenergy.battery/0')
    system.set(BMS, 'com.victronenergy.battery.ttyO2')
    system.set(DVCC, 1)
    daemon, _ = world.live()
    selected(daemon, False, False, True)
    warned(daemon, 'not the battery monitor: com.victronenergy.battery/0 is selected instead',
           'limits are not used: com.victronenergy.battery.ttyO2 is selected as BMS instead')


def test_monitor(world):
    """A monitor is told nothing of limits."""
    system = world.system()
    system.set(MONITOR, OURS)
    system.set(DVCC, 0)
    daemon = world.start(CONFIG + 'role=monitor\n')
    record = {'Soc': 63.5, 'Voltage': 52.7, 'Current': -12.3}
    daemon.join(record)
    warnings = eventually(lambda: daemon.http.post(record).body['warnings'], 'warned')
    equal(warnings, ['selected as battery monitor'])


def test_each_battery_its_own(world):
    system = world.system()
    daemon = world.start(CONFIG + '[battery shed]\n' + CALM)
    daemon.join()
    daemon.join(RECORD, '/battery/shed')
    system.set(BMS, 'com.victronenergy.battery.http_shed')
    system.set(MONITOR, OURS)
    system.set(DVCC, 1)
    selected(daemon, True, False, True)
    eventually(lambda: daemon.state('/battery/shed')['selected']
               == {'monitor': False, 'bms': True, 'dvcc': True}, 'the shed is the BMS')


def test_properties_changed(world):
    """Some versions of Venus announce each item by itself."""
    system = world.system('--properties-changed')
    daemon, _ = world.live()
    system.set(MONITOR, OURS)
    system.set(DVCC, 1)
    selected(daemon, True, False, True)
