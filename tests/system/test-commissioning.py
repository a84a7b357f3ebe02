#!/usr/bin/python3
"""The checklist of commissioning: what the daemon sees of a battery and its plant, over HTTP and by
--doctor, on a bus with stand-ins of Venus."""
import signal

import harness
from clients import RECORD
from harness import BUS_GROUP, CALM, equal, eventually, run_daemon
from system_choice import BMS_CHOICE, MONITOR_CHOICE

DVCC = '/Control/Dvcc'
FEED_IN = '/Settings/CGwacs/OvervoltageFeedIn'

BELT = 'max-charge-voltage=56\nmax-charge-current=100\nmax-discharge-current=200\n'
KEYS = ['records', 'required', 'cells', 'belt', 'monitor', 'bms', 'dvcc', 'feed-in', 'twin', 'token',
        'history', 'silence']
WITH_CELLS = {**RECORD, **{f'Cell{n}': 3.29 for n in range(1, 17)}}


def config_of(world, more=''):
    return (f'[state]\ndir={world.path("state")}\n[battery]\nhistory=true\nstale-charge-voltage=53.6\n'
            + BELT + CALM + more)


def checklist(daemon, name='virtual', **more):
    """key → (status, text) of the battery @name."""
    answer = daemon.http.get(f'/battery/{name}/commissioning', **more)
    equal(answer.status, 200)
    checks = answer.body['checks']
    for status in ('green', 'red', 'unknown'):
        equal(answer.body[status], sum(check['status'] == status for check in checks), status)
    return {check['key']: (check['status'], check['text']) for check in checks}


def turns(daemon, key, status, part, name='virtual'):
    """Waits until the row @key is @status, and says @part."""
    seen = []

    def turned():
        seen[:] = checklist(daemon, name)[key]
        return seen[0] == status and part in seen[1]
    try:
        eventually(turned, f'{key} is {status}: {part}')
    except AssertionError as error:
        raise AssertionError(f'{error}; it is {seen}') from error


def plant(world, config):
    """Venus, which has chosen the battery as monitor and as BMS, and a daemon whose battery is live."""
    settings = world.settings()
    settings.add(MONITOR_CHOICE, 'com.victronenergy.battery/120')
    settings.add(BMS_CHOICE, 120)
    settings.add(FEED_IN, 0)
    system = world.system('--choose')
    system.set(DVCC, 1)
    daemon = world.start('[bus]\nrequire-settings=true\n' + config)
    daemon.join(WITH_CELLS)
    return settings, system, daemon


def test_nothing_is_green_by_default(world):
    """Of a plant of which nothing has been seen nothing is green, but that nobody else can send."""
    daemon = world.start()
    found = checklist(daemon)
    equal(list(found), KEYS)
    equal([key for key, (status, _) in found.items() if status == 'green'], ['token'])
    equal([key for key, (status, _) in found.items() if status == 'red'], ['belt', 'history'])
    equal(daemon.http.get('/battery/none/commissioning').status, 404)


def test_all_is_green(world):
    """A plant that is set up; how often records come is not known before it has been measured."""
    _, _, daemon = plant(world, config_of(world))
    eventually(lambda: [key for key, (status, _) in checklist(daemon).items() if status != 'green']
               == ['records'], 'all but one is green')
    found = checklist(daemon)
    equal(found['records'][0], 'unknown')
    assert 'of 300 s' in found['records'][1], found['records']
    assert 'of 16 cells' in found['cells'][1], found['cells']
    assert '53.6 V' in found['feed-in'][1], found['feed-in']
    assert found['silence'][1].startswith('after 100 s without a complete record'), found['silence']


def test_what_turns_red(world):
    """Each thing that is wrong in the plant turns its row red, and what is put right turns it green
    again."""
    settings, system, daemon = plant(world, config_of(world))
    turns(daemon, 'monitor', 'green', 'somebody has chosen it')
    settings.set(MONITOR_CHOICE, 'default')
    turns(daemon, 'monitor', 'red', 'Automatic')
    settings.set(MONITOR_CHOICE, 'nobattery')
    turns(daemon, 'monitor', 'red', 'it is not')
    settings.set(BMS_CHOICE, -255)
    turns(daemon, 'bms', 'red', 'the BMS is none')
    turns(daemon, 'silence', 'red', 'nothing stops')
    settings.set(BMS_CHOICE, 120)
    turns(daemon, 'bms', 'green', 'it is')
    turns(daemon, 'silence', 'green', 'charge current of 0')
    system.set(DVCC, 0)
    turns(daemon, 'dvcc', 'red', 'switch it on')
    system.set(DVCC, 1)
    turns(daemon, 'dvcc', 'green', 'it is on')

    twin = world.battery('twin', 120)
    turns(daemon, 'twin', 'red', 'com.victronenergy.battery.twin')
    twin.kill()
    turns(daemon, 'twin', 'green', '120')

    daemon.http.post({**WITH_CELLS, 'Cell3': 1.9})
    turns(daemon, 'cells', 'red', 'is a wire loose')
    daemon.http.post({**WITH_CELLS, 'Cell3': 'x'})
    turns(daemon, 'cells', 'red', 'Cell3')
    daemon.http.post(WITH_CELLS)
    turns(daemon, 'cells', 'green', '3.290 V')

    system.kill()
    for key in ('monitor', 'bms', 'dvcc', 'silence'):
        turns(daemon, key, 'unknown', '')


def test_feed_in(world):
    """What feed-in makes of a stale battery, as a reload and Venus' setting change it."""
    config = config_of(world)
    settings, _, daemon = plant(world, config)
    turns(daemon, 'feed-in', 'green', 'hold 53.6 V')
    settings.set(FEED_IN, 1)
    turns(daemon, 'feed-in', 'green', 'hold 53.6 V')
    daemon.configure('[bus]\nrequire-settings=true\n' + config.replace('stale-charge-voltage=53.6\n', ''))
    daemon.signal(signal.SIGHUP)
    turns(daemon, 'feed-in', 'red', 'set its stale-charge-voltage')
    turns(daemon, 'silence', 'red', 'solar chargers that feed in go on charging')
    settings.set(FEED_IN, 0)
    turns(daemon, 'feed-in', 'green', 'it is off')
    turns(daemon, 'silence', 'green', 'charge current of 0, while')
    settings.kill()
    turns(daemon, 'feed-in', 'unknown', 'not known without settings')
    turns(daemon, 'silence', 'unknown', '')


def test_records_that_come_seldom(world):
    """Fewer than three within warn-after: red as soon as it is seen, and gone is not known."""
    config = '[battery]\nwarn-after=0.5\nstale-after=100\ndrop-after=200\nleave-after=300\n'
    daemon = world.start(config)
    equal(checklist(daemon)['records'], ('unknown', 'nothing complete has come yet'))
    daemon.join()
    turns(daemon, 'records', 'red', 'fewer than 3 complete records')
    turns(daemon, 'required', 'red', 'Voltage, Current, Soc')
    daemon.http.delete()
    found = checklist(daemon)
    equal((found['records'][0], found['required'][0]), ('unknown', 'unknown'))


def test_who_may_send(world):
    """The token, and who needs none."""
    token = world.path('token')
    token.write_text('very-secret-indeed\n')
    for line, options, status, part in (
            ('allow-anonymous=true', ('--listen', '0.0.0.0:0'), 'red', 'token-file'),
            (f'token-file={token}', ('--listen', '0.0.0.0:0'), 'green', 'has to have it'),
            (f'token-file={token}', (), 'green', 'has to have it'),
            ('', (), 'green', 'this machine alone')):
        authorized = {'Authorization': 'Bearer very-secret-indeed'} if 'file' in line else {}
        daemon = world.daemon(f'[http]\n{line}\n[battery]\n' + CALM, options=options)
        daemon.start()
        found = checklist(daemon, headers=authorized)['token']
        equal(found[0], status, line)
        assert part in found[1], found
        if authorized:
            equal(daemon.http.get('/battery/virtual/commissioning').status, 401)
        daemon.stop()


def test_monitor(world):
    """What does not concern a battery is left out: of a monitor what is about limits, and of two the
    one that cannot be the monitor of Venus."""
    shed = '[battery shed]\nrole=monitor\ndevice-instance=122\nhistory=true\n' + CALM
    _, _, daemon = plant(world, config_of(world, shed))
    daemon.join({'Soc': 5, 'Voltage': 52, 'Current': 1}, '/battery/shed')
    turns(daemon, 'monitor', 'green', 'it is')
    # Until it is on the bus, it may still be the one.
    wanted = ['records', 'required', 'cells', 'twin', 'token', 'history', 'silence']
    eventually(lambda: list(checklist(daemon, 'shed')) == wanted, f'the rows of a monitor: {wanted}')
    found = checklist(daemon, 'shed')
    assert 'no state of charge is shown' in found['silence'][1], found


def test_parts(world):
    """Nothing is green of a battery that waits for a part, and what one of them contradicts is seen."""
    daemon = world.start(config_of(world, 'parts=parallel\n[part left]\ncapacity=280\n[part right]\n'
                                          'capacity=280\n'))
    equal(daemon.http.post(WITH_CELLS, '/battery/part/left').status, 202)
    turns(daemon, 'required', 'red', 'do not count yet: right')
    daemon.join(WITH_CELLS, '/battery/part/right')
    turns(daemon, 'required', 'green', 'younger than')
    turns(daemon, 'cells', 'green', 'of 32 cells')
    daemon.http.post({**WITH_CELLS, 'MinCellVoltage': 3.4, 'MaxCellVoltage': 3.3}, '/battery/part/left')
    daemon.http.post(WITH_CELLS, '/battery/part/right')
    turns(daemon, 'cells', 'red', 'part left: MinCellVoltage')
    daemon.http.post({**WITH_CELLS, 'Cell18': 3.3, 'Cell17': 0}, '/battery/part/right')
    turns(daemon, 'cells', 'red', 'part right: Cell17 has no voltage')
    turns(daemon, 'silence', 'unknown', 'where part left or right alone falls silent, it is the same')


def doctor(world, daemon, config):
    path = world.path('doctor.ini')
    path.write_text((BUS_GROUP if '[bus]' not in config else '') + config)
    return run_daemon('--doctor', '--config', path, '--bus', world.bus.address, '--listen',
                      f'127.0.0.1:{daemon.port}')


def listed(text):
    """key → (status, text), of each list in what the doctor prints."""
    return {title: {line[8:17].strip(): (line[:7].strip(), line[18:]) for line in lines}
            for title, *lines in (block.split('\n') for block in text.split('\n\n'))
            if title.startswith('Commissioning of ')}


def test_doctor(world):
    """It prints what the daemon has judged, and is not content with anything red."""
    config = '[bus]\nrequire-settings=true\n' + config_of(world)
    settings, _, daemon = plant(world, config_of(world))

    def says(status):
        """Its answer, where it says the same as the daemon before and after."""
        before, result, after = checklist(daemon), doctor(world, daemon, config), checklist(daemon)
        said = listed(result.stdout).get('Commissioning of virtual', {})
        # How long it has been measured for moves on.
        for found in (before, said, after):
            found.pop('records', None)
        return result if before == said == after and result.returncode == status else None

    result = eventually(lambda: says(0), 'all is well')
    assert result.stdout.endswith('\nAll is well.\n'), result.stdout
    daemon.http.post({**WITH_CELLS, 'Cell3': 1.9})
    result = eventually(lambda: says(1), 'a cell is red')
    assert result.stdout.endswith('\n0 wrong (FAIL), 0 doubtful (warn), 1 red.\n'), result.stdout
    daemon.stop()
    equal(listed(doctor(world, daemon, config).stdout), {})
    settings.kill()


def test_it_only_reads(world):
    """Looking at it writes nothing to Venus, and publishes nothing."""
    settings, _, daemon = plant(world, config_of(world))
    turns(daemon, 'monitor', 'green', 'it is')
    client = world.client()
    client.sync(daemon.pid)
    client.take()
    client.take_venus()
    stored, state = settings.stored(), daemon.state()['source']
    for _ in range(5):
        checklist(daemon)
    client.sync(daemon.pid)
    equal((client.take(), client.take_venus()), ([], []))
    equal((settings.stored(), daemon.state()['source']), (stored, state))


if __name__ == '__main__':
    harness.main(globals())
