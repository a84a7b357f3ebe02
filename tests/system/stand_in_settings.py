"""The stand-in for com.victronenergy.settings does what the contract says of the real one (§5)."""
from gi.repository import GLib

from harness import equal, eventually

SHED = '/Settings/Devices/shed/ClassAndVrmInstance'
BOAT = '/Settings/Devices/boat/ClassAndVrmInstance'


def setting(path, kind, default, **bounds):
    return {'path': GLib.Variant('s', path), 'default': GLib.Variant(kind, default),
            **{name: GLib.Variant(kind, bound) for name, bound in bounds.items()}}


def error(settings, *wanted, **bounds):
    result, = settings.add_settings(setting(*wanted, **bounds))
    return result['error']


def test_add_settings(world):
    settings = world.settings()
    results = settings.add_settings(setting('/Settings/A/Number', 'i', 5, min=0, max=10),
                                    setting('/Settings/A/_Hidden', 's', ''),
                                    setting('/Settings/A/Text', 's', 'text'))
    equal([(result['path'], result['error'], result.get('value')) for result in results],
          [('/Settings/A/Number', 0, 5), ('/Settings/A/_Hidden', -2, None),
           ('/Settings/A/Text', 0, 'text')])
    equal(error(settings, '/Settings/A/Number', 'i', 7), 0)
    equal(settings.value('/Settings/A/Number'), 5, 'what exists keeps its value')


def test_errors(world):
    settings = world.settings()
    equal(error(settings, '/Settings/A/Number', 'i', 5), 0)
    for wanted, code in ((('/_Settings/A', 'i', 5), -9), (('/Settings/_A/B', 'i', 5), -2),
                         (('/Settings/A/B', 'u', 5), -3), (('/Settings/A/B', 'b', True), -3),
                         (('/Settings/A/B C', 'i', 5), -4), (('/Settings/A/Number', 's', ''), -5),
                         (('/Settings/A', 'i', 5), -8), (('/Somewhere/A', 'i', 5), -9)):
        equal(error(settings, *wanted), code, wanted)
    equal(error(settings, '/Settings/A/B', 'i', 5, min=6, max=8), -7)
    equal(error(settings, '/Settings/A/B', 'i', 5, min=0, max=0), 0, 'no bounds')


def test_set_value(world):
    settings = world.settings()
    settings.add_settings(setting('/Settings/A/Number', 'i', 5, min=0, max=10))
    equal([settings.set('/Settings/A/Number', number) for number in (7, 11)], [0, -1])
    equal(settings.value('/Settings/A/Number'), 7)


def test_taken_number(world):
    """Increased to the next free one, whoever asks for it, and however."""
    settings = world.settings()
    equal(settings.add(SHED, 'battery:100'), 'battery:100')
    equal(settings.add(BOAT, 'battery:100'), 'battery:101')
    equal(settings.add('/Settings/Devices/tank/ClassAndVrmInstance', 'tank:100'), 'tank:100')
    equal(settings.set(BOAT, 'battery:100'), 0)
    equal(settings.value(BOAT), 'battery:101')
    equal(settings.set(BOAT, 'battery:55'), 0)
    equal(settings.value(BOAT), 'battery:55')


def test_kept(world):
    settings = world.settings()
    settings.add(SHED, 'battery:7')
    settings.kill()
    eventually(lambda: not settings.client.owner(settings.name), 'it has gone')
    settings.start()
    equal(settings.value(SHED), 'battery:7')
    equal(settings.add(SHED, 'battery:8'), 'battery:7')
