"""Another battery on the bus with our instance, and one whose place ours takes: told as long as it
lasts, and a number that it shows is passed over where none is kept yet."""
import json
import re
import signal

from gi.repository import GLib

from clients import BATTERY, RECORD
from conformance_settings import CONFIG, INSTANCE, settled
from harness import CALM, equal, eventually
from system_choice import BMS_CHOICE, CLASS, MONITOR_CHOICE

TWIN = f'{CLASS}.twin'
SHED = f'{CLASS}.http_shed'
SHED_INSTANCE = '/Settings/Devices/httpbattery_shed/ClassAndVrmInstance'
LOG = 'device instance {} is also that of ' + TWIN
OVER = 'no other battery is in its way any more'
CVL = '/Info/MaxChargeVoltage'
AUTOMATIC = ('nobody has chosen the battery monitor (Automatic): while this battery is stale Venus '
             'silently shows another one, as that of a Multi; choose this one in Settings, System '
             'setup, Battery monitor')


def clash(instance=120, other=TWIN):
    return (f'device instance {instance} is also that of {other}: Venus takes the one for the '
            'other; give one of them another number')


def displaced(other):
    return (f'Venus obeys this battery in the place of {other}, because nobody has chosen the BMS '
            'and its device instance is lower; choose the BMS under DVCC')


def clashes(texts):
    return [text for text in texts if text.startswith(('device instance', 'Venus obeys'))]


def warned(daemon, *texts, path='/battery'):
    """Every verdict, every check and GET says it, and only as long as it is so."""
    eventually(lambda: clashes(daemon.state(path)['warnings']) == list(texts), f'warned of {texts}')
    for route in (path, path, f'{path}/check'):
        equal(clashes(daemon.http.post(RECORD, route).body['warnings']), list(texts), route)
    equal(clashes(daemon.state(path)['warnings']), list(texts), 'GET')


def logged(daemon, text):
    return len(re.findall(re.escape(text), daemon.log.read_text()))


def test_twin_before_us(world):
    """It was there first, and our number is kept: ours stays, and says so until it goes."""
    settings = world.settings()
    settings.add(INSTANCE, 'battery:120')
    world.system()
    twin = world.battery('twin', 120)
    daemon = world.start(CONFIG)
    daemon.join()
    equal(daemon.state()['instance'], 120, 'what settings keep stays')
    warned(daemon, clash())
    warned(daemon, clash())
    equal(logged(daemon, LOG.format(120)), 1, 'in the log once')
    twin.kill()
    warned(daemon)
    equal(logged(daemon, OVER), 1, 'its end')


def test_twin_after_us(world):
    """It comes, changes its number, comes back and leaves."""
    _, daemon, _ = settled(world)
    warned(daemon)
    twin = world.battery('twin', 120)
    warned(daemon, clash())
    twin.set('/DeviceInstance', GLib.Variant('i', 121))
    warned(daemon)
    twin.set('/DeviceInstance', GLib.Variant('i', 120))
    warned(daemon, clash())
    twin.kill()
    warned(daemon)
    twin.start()
    warned(daemon, clash())
    equal((logged(daemon, LOG.format(120)), logged(daemon, OVER)), (3, 2))
    equal(daemon.state()['on_bus'], True, 'ours stays where it is')


def test_before_it_is_on_the_bus(world):
    """Without settings the number is taken as it is, and the clash told before anything is sent."""
    world.battery('twin', 120)
    daemon = world.start('[battery]\n' + CALM)
    eventually(lambda: daemon.state()['warnings'] == [clash()], 'warned')
    equal(daemon.state()['state'], 'waiting')
    daemon.join()
    warned(daemon, clash())


def test_first_number(world):
    """At first a number that another one shows is passed over; then it is kept, twin or not."""
    settings = world.settings()
    world.system()
    twin, other = world.battery('twin', 120), world.battery('other', 121)
    daemon = world.start(CONFIG)
    daemon.join()
    equal((daemon.state()['instance'], settings.value(INSTANCE)), (122, 'battery:122'))
    warned(daemon)
    equal(daemon.stop(), 0)
    twin.kill()
    other.kill()
    world.battery('late', 122)
    daemon = world.start(CONFIG)
    daemon.join()
    equal((daemon.state()['instance'], settings.value(INSTANCE)), (122, 'battery:122'), 'kept')
    warned(daemon, clash(122, f'{CLASS}.late'))


def test_first_number_of_two(world):
    """What another one of ours asks for is passed over, too."""
    settings = world.settings()
    world.system()
    world.battery('twin', 120)
    daemon = world.start(CONFIG + '[battery shed]\ndevice-instance=121\n' + CALM)
    daemon.join()
    daemon.join(RECORD, '/battery/shed')
    equal([daemon.state(path)['instance'] for path in ('/battery', '/battery/shed')], [122, 121])
    equal(settings.value(SHED_INSTANCE), 'battery:121')
    warned(daemon)
    warned(daemon, path='/battery/shed')


def test_battery_that_hangs(world):
    """One that does not tell its number holds up nobody for good, and is asked again."""
    settings = world.settings()
    world.system()
    twin = world.battery('twin', 120)
    twin.process.send_signal(signal.SIGSTOP)
    daemon = world.start(CONFIG)
    daemon.join()
    equal(settings.value(INSTANCE), 'battery:120')
    twin.process.send_signal(signal.SIGCONT)
    warned(daemon, clash())


def test_two_of_ours(world):
    """Where settings give two of ours one number, each says so of the other."""
    settings = world.settings()
    world.system()
    daemon = world.start(CONFIG + '[battery shed]\n' + CALM)
    daemon.join()
    daemon.join(RECORD, '/battery/shed')
    warned(daemon)
    warned(daemon, path='/battery/shed')
    # They give no number twice by themselves: somebody has written their file.
    settings.kill()
    stored = json.loads(settings.file.read_text())
    stored[SHED_INSTANCE]['value'] = 'battery:120'
    settings.file.write_text(json.dumps(stored))
    settings.start()
    eventually(lambda: (daemon.state('/battery/shed')['instance'],
                        daemon.state('/battery/shed')['on_bus']) == (120, True), 'it has changed')
    warned(daemon, clash(other=SHED))
    warned(daemon, clash(other=BATTERY), path='/battery/shed')


def chosen(world, *options):
    settings = world.settings()
    system = world.system('--choose')
    system.set('/Control/Dvcc', 1)
    eventually(lambda: settings.values().get(BMS_CHOICE) == -1, 'nobody has chosen')
    return settings, system


def selected(daemon, monitor, bms):
    eventually(lambda: (daemon.state()['selected']['monitor'], daemon.state()['selected']['bms'])
               == (monitor, bms), f'monitor {monitor}, BMS {bms}')


def test_venus_reads_the_twin(world):
    """With one number Venus may read the other one; then ours is not selected. And when that one
    leaves, Venus loses both."""
    settings, system = chosen(world)
    settings.add(INSTANCE, 'battery:120')
    twin = world.battery('twin', 120, '--charge-voltage', '55')
    eventually(lambda: system.values()['/Dc/Battery/BatteryService'] == TWIN, 'it is chosen')
    daemon = world.start(CONFIG)
    daemon.join()
    equal(settings.set(MONITOR_CHOICE, f'{CLASS}/120'), 0)
    eventually(lambda: system.values()['/ActiveBmsService'] == BATTERY, 'the later one is the BMS')
    equal(system.values()['/ActiveBatteryService'], f'{CLASS}/120')
    equal(system.values()['/Dc/Battery/BatteryService'], TWIN)
    selected(daemon, False, True)
    eventually(lambda: f'not the battery monitor: {TWIN} is selected instead'
               in daemon.state()['warnings'], 'it is told who is read')
    twin.kill()
    selected(daemon, True, False)


def test_nobody_has_chosen_the_monitor(world):
    """Venus forgets a monitor of its own choice while that is stale: told as long as nobody has
    chosen, by GET always, by a verdict once."""
    settings, _ = chosen(world)
    daemon = world.start(CONFIG)
    daemon.join()
    selected(daemon, True, True)
    eventually(lambda: AUTOMATIC in daemon.state()['warnings'], 'GET warns')
    eventually(lambda: AUTOMATIC in daemon.http.post(RECORD).body['warnings'], 'a verdict warns')
    equal(daemon.http.post(RECORD).body['warnings'], [], 'once')
    assert AUTOMATIC in daemon.state()['warnings']
    assert AUTOMATIC in daemon.log.read_text(), daemon.log.read_text()
    equal(settings.set(MONITOR_CHOICE, f'{CLASS}/120'), 0)
    eventually(lambda: AUTOMATIC not in daemon.state()['warnings'], 'GET warns no more')
    warnings = eventually(lambda: daemon.http.post(RECORD).body['warnings'], 'it is told anew')
    equal(warnings, ['selected as battery monitor', 'selected as BMS'])


def test_the_place_of_another(world):
    """A BMS that nobody has chosen gives way to a lower number: that is told, until one is
    chosen."""
    settings, system = chosen(world)
    other = world.battery('other', 512, '--charge-voltage', '55')
    eventually(lambda: system.values()['/ActiveBmsService'] == other.name, 'it is the BMS')
    daemon = world.start(CONFIG)
    daemon.join()
    selected(daemon, True, True)
    warned(daemon, displaced(other.name))
    equal(settings.set(BMS_CHOICE, 120), 0)
    warned(daemon)
    equal(settings.set(BMS_CHOICE, -1), 0)
    warned(daemon, displaced(other.name))
    other.set(CVL, GLib.Variant('ai', []))
    warned(daemon)
    other.set(CVL, GLib.Variant('d', 55))
    warned(daemon, displaced(other.name))
    equal(settings.set(BMS_CHOICE, 512), 0)
    selected(daemon, True, False)
    warned(daemon)
