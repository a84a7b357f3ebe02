#!/usr/bin/python3
"""Every example flow in the real Node-RED, as a user imports it, and its battery on the bus.
NODE_RED: the npm package that is Node-RED, node-red if it is not set."""
import signal

from broker import broker
from flow_files import NUMBERS as FLOWS
from flow_inputs import (BUTTONS, BY_BMS, BY_SOC, BY_TWO, ELEVEN, LIMITS, MQTT, ON_BUS, bms,
                         pack)
from flow_site import site
from harness import equal, eventually, main


def ticks(place, number, name, count=3):
    """Waits until a node has been reached that many times."""
    node = place.id(number, name, 'function')
    before = len(place.node_red.statuses(node))
    eventually(lambda: len(place.node_red.statuses(node)) >= before + count,
               f'{count} times {name}', 60)


def silent(place):
    """That nothing has been sent yet, but by two without a Voltage, and by one of two parts."""
    for number in FLOWS:
        if number not in (2, '2b', 3, 8):
            equal(place.state(number)['source']['records'], 0, f'records of flow {number}')
        equal(place.on_bus(number), None, f'flow {number} on the bus')


# What the flows wait for when they have just been deployed.
WAITING = [
    (1, 'record', 'not set: Soc'),
    (4, 'flow to dictionary', 'not set: Soc and 10 more'),
    (5, 'record', 'skipped a retained message'),
    (6, 'record', 'not known: Voltage'),
    (7, 'what Venus sees', 'waiting: not on the bus'),
]


def nothing_unasked(place):
    """Before anybody gives them values nothing is sent, and each says what it waits for."""
    log = place.node_red.said()
    assert 'Started flows' in log and 'missing' not in log, log
    for number, name, text in WAITING:
        place.shows(number, text, name)
    for number in (2, '2b'):
        place.feed(number, 'read the BMS', bms(voltage=None))
        place.shows(number, 'waiting, missing Voltage', fill='yellow')
    place.shows('2b', 'not known: Voltage', 'read the BMS')
    place.feed(3, 'BMS A', pack())
    place.feed(4, None, {name: ELEVEN[name] for name in list(ELEVEN)[:10]})
    place.feed(6, 'values', 63.5, topic='Soc')
    place.feed(8, 'shunt', 63.5, topic='Soc')
    place.shows(3, 'live, battery waiting: b: No data yet', 'verdict A', 'yellow')
    place.shows(8, 'waiting, missing Voltage', 'verdict shunt', 'yellow')
    place.shows(4, 'not set: MinCellVoltage', 'flow to dictionary')
    ticks(place, 4, 'flow to dictionary')
    ticks(place, 6, 'record')
    silent(place)


def examples(place):
    """The buttons lead to a battery on the bus, and everything is green."""
    for number, name in BUTTONS:
        place.press(number, name)
    for number in FLOWS:
        place.until(number, ON_BUS[number])
        place.shows(number, 'live', fill='green')
    place.shows(7, 'live: SoC 63.5 %, charge 20 A, discharge 150 A', 'what Venus sees', 'green')


def wrong_fields(place, publish):
    """A wrong field counts as not known, and is seen on the node and in the debug pane."""
    # What is wrong, and what sends it.
    ways = {
        1: ('Soc is 152 %', lambda: place.feed(1, None, {'Soc': 152})),
        2: ('Soc is 153 %', lambda: place.feed(2, 'read the BMS', bms(soc=153))),
        # A wrong Soc would be a lower limit to flow 2b, which comes back slowly.
        '2b': ('Voltage is 1200 V',
               lambda: place.feed('2b', 'read the BMS', bms(soc=63.5, voltage=1200))),
        3: ('Soc is 154 %', lambda: place.feed(3, 'BMS A', pack(Soc=154))),
        4: ('Soc is 155 %', lambda: place.feed(4, None, {'Soc': 155})),
        5: ('Soc is 156 %', lambda: publish('battery', {**MQTT, 'Soc': 156})),
        6: ('Soc is 157 %', lambda: feed_shunt(place, 157)),
        7: ('Soc is 150 %', lambda: place.press(7, 'a wrong record')),
        8: ('Soc is 158 %', lambda: place.feed(8, 'BMS', pack(Soc=158))),
    }
    for number in (2, '2b', 6):
        place.press(number, 'silence')
    place.press(3, 'silence A')
    place.press(8, 'silence BMS')
    for number, (what, send) in ways.items():
        text = f'live, {what}, above the'
        nodes = [place.id(number, name) for name in place.verdicts(number)]

        # Again and again: what a flow knows has a time-out, and flow 7 may be late for once.
        def seen():
            send()
            return any(shown.get('fill') == 'yellow' and shown['text'].startswith(text)
                       for node in nodes for shown in place.node_red.statuses(node))
        eventually(seen, f'flow {number}: {text}', 60)
        place.news(text)
        place.until(number, {'/Soc': ON_BUS[number]['/Soc']})


def records(place, *numbers):
    """How many records of these flows have been taken."""
    return [place.state(number)['source']['records'] for number in numbers]


def silences(place):
    """The buttons that end the examples end them."""
    for number in (1, 2, '2b', 4, 6):
        place.press(number, 'silence')
    place.press(7, 'the source falls silent')
    place.shows(1, 'not set: Soc', 'record')
    place.shows(4, 'not set: Soc and 10 more', 'flow to dictionary')
    before = records(place, 1, 2, '2b', 4, 7)
    ticks(place, 4, 'flow to dictionary')
    equal(records(place, 1, 2, '2b', 4, 7), before, 'records')


def without_daemon(place, text):
    """Each flow shows @text while there is no answer."""
    for number in FLOWS:
        place.shows(number, text, fill='red', shape='ring')
    place.news(text)


def test_life(world):
    """From the import to the battery; wrong fields; without the daemon, and with it again."""
    with broker(world) as mqtt:
        mqtt.publish('battery', MQTT, '-r')
        with site(world, broker_port=mqtt.port) as place:
            nothing_unasked(place)
            with mqtt.each_second('battery', MQTT):
                examples(place)
                for number in FLOWS:
                    equal(place.state(number)['source']['refused'], 0, f'refused of {number}')
                wrong_fields(place, mqtt.publish)
                examples(place)

                place.daemon.signal(signal.SIGKILL)
                place.daemon.process.wait()
                without_daemon(place, 'no daemon: connect ECONNREFUSED')
                place.shows(7, 'no daemon', 'what Venus sees')
                place.daemon.start(place.daemon.port)
                for number in FLOWS:
                    place.until(number, ON_BUS[number])
                    place.shows(number, 'live', fill='green')

                place.daemon.signal(signal.SIGSTOP)
                without_daemon(place, 'no daemon: no response from server')
                place.daemon.signal(signal.SIGCONT)
                for number in FLOWS:
                    place.shows(number, 'live', fill='green')
            silences(place)


def feed_shunt(place, soc):
    for topic, value in (('Voltage', 52.7), ('Current', -12.3), ('Soc', soc)):
        place.feed(6, 'values', value, topic=topic)


def feed_two(place, one, other):
    place.feed(3, 'BMS A', pack(**one))
    place.feed(3, 'BMS B', pack(**other))


def test_limits(world):
    """Inputs of every kind lead to the limits that the rules say, on the bus."""
    with site(world, 2, '2b', 3, 6) as place:
        for given, wanted in BY_BMS:
            for number in (2, '2b'):
                place.until(number, dict(zip(LIMITS, wanted)),
                            lambda: place.feed(number, 'read the BMS', bms(**given)))
        for one, other, wanted in BY_TWO:
            feed_two(place, one, other)
            place.until(3, dict(zip(LIMITS, wanted)))
        for soc, wanted in BY_SOC:
            feed_shunt(place, soc)
            place.until(6, {'/Soc': soc, **dict(zip(LIMITS, wanted))})
        recovers(place)


def recovers(place):
    """What the rules of the daemon and those of flow 2b have held at 0 comes back."""
    def found(number):
        place.feed(number, 'read the BMS', bms())
        volts, charge, discharge = place.values(number, *LIMITS)
        return volts > 51.4 and charge > 0 and discharge > 0

    for number in (2, '2b'):
        equal(place.values(number, *LIMITS), (51.4, 0, 0))
    eventually(lambda: all([found(2), found('2b')]), 'what was 0 comes back', 120)


def test_time_outs(world):
    """The SmartShunt falls silent: what is old is not sent."""
    with site(world, 6) as place:
        feed_shunt(place, 60)
        place.until(6, {'/Soc': 60})
        place.shows(6, 'not known: ', 'record')
        before = records(place, 6)
        ticks(place, 6, 'record')
        equal(records(place, 6), before, 'records')
        feed_shunt(place, 61)
        place.until(6, {'/Soc': 61})


# One that speaks each second is never late, one that is silent soon stale.
SHORT = 'warn-after=4\nstale-after=8\ndrop-after=300\nleave-after=400\n'
STALE = {'/Connected': 0, '/Soc': None, '/Info/MaxChargeCurrent': 0}


def stale_until_it_returns(place, number, silence, speak, part, other):
    """A part on which all depends: the battery is stale without it, and back with its first record."""
    place.press(number, silence)
    place.until(number, STALE)
    place.shows(number, f'battery stale: {part}: No data for ', other, 'yellow')
    place.press(number, speak)
    place.until(number, {**ON_BUS[number], '/Connected': 1})
    place.shows(number, 'live', fill='green')


def test_silent_bms(world):
    """Flow 3: BMS B is left out, as configured, and counts again; without BMS A all is stale."""
    with site(world, 3, times={3: SHORT},
              more={'[part flow3/b]\n': '[part flow3/b]\nwhen-silent=leave-out\n'}) as place:
        place.press(3, 'example A')
        place.shows(3, 'live, battery waiting: b: No data yet', 'verdict A', 'yellow')
        equal(place.on_bus(3), None)
        place.press(3, 'example B')
        place.until(3, ON_BUS[3])
        place.shows(3, 'live', fill='green')

        place.press(3, 'silence B')
        place.until(3, {'/Connected': 1, '/Dc/0/Current': -10, '/Alarms/BmsCable': 1,
                        '/Info/MaxChargeVoltage': 55.2, '/Info/MaxChargeCurrent': 100,
                        '/Info/MaxDischargeCurrent': 150, '/Soc': 63.3})
        place.shows(3, 'live, part b is silent: it does not count', 'verdict A', 'yellow')
        place.news('part b is silent')
        place.press(3, 'example B')
        place.shows(3, 'part b has come back, and counts after 10 s', 'verdict A', 'yellow')
        place.until(3, ON_BUS[3])
        place.shows(3, 'live', fill='green')
        stale_until_it_returns(place, 3, 'silence A', 'example A', 'a', 'verdict B')


def test_silent_shunt(world):
    """Flow 8: without the shunt the BMS says what it said, without the BMS all is stale."""
    with site(world, 8, times={8: SHORT}) as place:
        place.press(8, 'example BMS')
        place.shows(8, 'live, battery waiting: shunt: No data yet', 'verdict BMS', 'yellow')
        place.press(8, 'example shunt')
        place.until(8, ON_BUS[8])
        place.shows(8, 'live', fill='green')

        place.press(8, 'silence shunt')
        place.until(8, {'/Connected': 1, '/Soc': 61, '/Dc/0/Voltage': 52.6, '/Dc/0/Current': -11,
                        '/Alarms/BmsCable': 1, **dict(zip(LIMITS, (55.2, 100, 150)))})
        place.shows(8, 'live, part shunt is silent: what it says alone', 'verdict BMS', 'yellow')
        place.press(8, 'example shunt')
        place.until(8, ON_BUS[8])
        place.shows(8, 'live', fill='green')
        stale_until_it_returns(place, 8, 'silence BMS', 'example BMS', 'bms', 'verdict shunt')


def test_failsafe(world):
    """A source falls silent, step by step; the demonstration disturbs no battery in use."""
    with site(world, 7) as place:
        def sees(text, fill):
            place.shows(7, text, 'what Venus sees', fill)

        place.daemon.join(path='/battery/flow7')
        before = place.state(7)['source']['records']
        sees('live: ', 'green')
        place.press(7, 'the source speaks')
        place.shows(7, 'in use: live', 'on a bench only')
        place.press(7, 'the source says off')
        place.press(7, 'the source falls silent')
        ticks(place, 7, 'what Venus sees')
        equal(place.state(7)['source']['records'], before, 'records')
        equal(place.value(7, '/Info/MaxChargeCurrent'), 100)

        place.daemon.http.delete('/battery/flow7')
        sees('gone: not on the bus', 'grey')
        place.press(7, 'the source speaks')
        place.until(7, ON_BUS[7])
        place.press(7, 'the source falls silent')
        sees('late: SoC 63.5 %, charge 20 A, discharge 150 A', 'yellow')
        equal(place.value(7, '/Alarms/BmsCable'), 1)
        sees('stale: SoC unknown, charge 0 A, discharge 150 A', 'red')
        equal(place.values(7, '/Connected', '/Soc', *LIMITS), (0, None, 55.2, 0, 150))
        sees('lost: SoC unknown, charge unknown, discharge unknown', 'red')
        equal(place.values(7, *LIMITS), (None, None, None))
        sees('gone: not on the bus', 'grey')
        equal(place.on_bus(7), None)
        for state in ('late', 'stale', 'lost', 'gone'):
            place.news(f'{state}: ')
        place.press(7, 'the source speaks')
        place.until(7, ON_BUS[7])
        place.press(7, 'the source says off')
        eventually(lambda: not place.on_bus(7), 'off the bus')


main(globals())
