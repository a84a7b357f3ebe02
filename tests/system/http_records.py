"""What a record may look like, what is refused, and how."""
import itertools
import time

from clients import CELLS, RECORD
from harness import equal, eventually

from http_routes import CONFIG, refused

FLAT = {**RECORD, 'Power': -650, 'MinCellVoltage': 3.28, 'MaxCellVoltage': 3.31,
        'MinCellTemperature': 17.5, 'MaxCellTemperature': 19, 'InternalFailure': 0,
        'ModulesBlockingCharge': 0, 'Cell1': 3.28, 'Cell2': 3.31, 'TimeToSoC100': 3600}

PATHS = {'Dc/0/Voltage': 52.7, 'Dc/0/Current': -12.3, 'Dc/0/Power': -650, 'Soc': 63.5,
         'Info/MaxChargeVoltage': 55.2, 'Info/MaxChargeCurrent': 100,
         'Info/MaxDischargeCurrent': 150, 'System/MinCellVoltage': 3.28,
         'System/MaxCellVoltage': 3.31, 'System/MinCellTemperature': 17.5,
         'System/MaxCellTemperature': 19, 'Alarms/InternalFailure': 0,
         'System/NrOfModulesBlockingCharge': 0, 'Voltages/Cell1': 3.28, 'Voltages/Cell2': 3.31,
         'TimeToSoC/100': 3600}

# What dbus-virtual-battery's predecessor had from its flow ("flow to dictionary").
SEED = {'Soc': 63.5, 'Current': -12.3, 'Voltage': 52.7, 'Power': -648, 'MinCellTemperature': 17,
        'MaxCellTemperature': 19, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150,
        'MaxChargeVoltage': 55.2, 'MaxCellVoltage': 3.31, 'MinCellVoltage': 3.28,
        'ModulesBlockingCharge': 0}


def nested(paths, dc_has_a_number=True):
    """{'Dc/0/Voltage': 1} as {'Dc': {'0': {'Voltage': 1}}}"""
    tree = {}
    for path, value in paths.items():
        if not dc_has_a_number:
            path = path.replace('Dc/0/', 'Dc/')
        *groups, leaf = path.split('/')
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[leaf] = value
    return tree


def test_three_spellings(world):
    """The same record in each spelling, and in a mixture, leads to the same bus."""
    daemon, client = world.live(record=FLAT)
    wanted = client.items_body().print_(True)
    flat = ('Soc', 'Voltage', 'Current', 'Power', 'MaxChargeVoltage')
    mixture = {name: FLAT[name] for name in flat} | {
        '/' + path: value for path, value in PATHS.items()
        if path.startswith(('Info/MaxD', 'Info/MaxChargeC', 'Voltages', 'TimeToSoC'))} | nested({
            path: value for path, value in PATHS.items() if path.startswith(('System', 'Alarms'))})
    for record in ({'/' + path: value for path, value in PATHS.items()}, PATHS, nested(PATHS),
                   nested(PATHS, dc_has_a_number=False), mixture):
        daemon.http.delete()
        eventually(lambda: not client.owner(), 'the name goes')
        answer = daemon.join(record)
        equal((answer.body['accepted'], answer.body['ignored']), (len(FLAT), []), record)
        equal(client.items_body().print_(True), wanted, record)


def test_values(world):
    daemon, client = world.live()
    for record, path, wanted in (
            ({'LowSoc': 2.0}, '/Alarms/LowSoc', 2), ({'LowSoc': 1e0}, '/Alarms/LowSoc', 1),
            ({'AllowToCharge': True}, '/Io/AllowToCharge', 1),
            ({'AllowToCharge': False}, '/Io/AllowToCharge', 0),
            ({'AllowToCharge': 1}, '/Io/AllowToCharge', 1),
            ({'ChargeMode': 'Bulk'}, '/Info/ChargeMode', 'Bulk'),
            ({'ChargeMode': 'ä' * 32}, '/Info/ChargeMode', 'ä' * 32),
            ({'ChargeMode': '\U0001f50b "\\'}, '/Info/ChargeMode', '\U0001f50b "\\'),
            ({'TimeToSoC/100': 'never'}, '/TimeToSoC/100', 'never'),
            ({'TimeToSoC0': 60}, '/TimeToSoC/0', 60),
            ({'ConsumedAmphours': 12.34}, '/ConsumedAmphours', -12.3),
            ({'ConsumedAmphours': -12.34}, '/ConsumedAmphours', -12.3),
            ({'TimeToGo': 3604}, '/TimeToGo', 3600), ({'Soh': 98.6}, '/Soh', 99),
            ({'Soc': 100}, '/Soc', 100), ({'Soc': 0.1}, '/Soc', 0.1),
            ({'Current': -0.04}, '/Dc/0/Current', 0), ({'ErrorCode': 39}, '/ErrorCode', 39),
            ({'BmsCable': 2}, '/Alarms/BmsCable', 2), ({'BmsCable': 0}, '/Alarms/BmsCable', 0),
            ({'Dc': {'Temperature': -10.25}}, '/Dc/0/Temperature', -10.3)):
        answer = daemon.http.post(record)
        equal((answer.status, answer.body['accepted']), (200, 1), record)
        equal(client.value(path), wanted, record)


def test_null_of_a_derived_value(world):
    """Nothing derived takes the place of null until a record names the field again."""
    daemon, client = world.live(record={**RECORD, **CELLS})
    equal(client.value('/System/MinCellVoltage'), 3.301)
    daemon.http.post({'MinCellVoltage': None})
    daemon.http.post({**RECORD, **CELLS, 'Cell1': 3.2})
    equal(client.value('/System/MinCellVoltage'), None)
    equal(client.value('/Voltages/Diff'), 0.104)
    daemon.http.post({'MinCellVoltage': 3.1})
    equal(client.value('/System/MinCellVoltage'), 3.1)


def codes(answer):
    return [(error['field'], error['code']) for error in answer.body['errors']]


TWO_WRONG = {'Soc': 200, 'Voltage': 52.8, 'Current': -12.4, 'Power': -655, 'MaxChargeCurent': 100,
             'MaxDischargeCurrent': 140, 'MaxChargeVoltage': 55, 'MinCellVoltage': 3.28,
             'MaxCellVoltage': 3.31, 'MinCellTemperature': 17.5, 'MaxCellTemperature': 19}
TOLD = [('Soc', '/Soc', 'range', 'Soc is 200 %, above the limit of 100 %'),
        ('MaxChargeCurent', None, 'unknown', 'no such field; did you mean MaxChargeCurrent?')]


def test_two_of_eleven(world):
    """Eleven fields, two of them wrong: nine are taken."""
    daemon, client = world.live()
    answer = daemon.http.post(TWO_WRONG)
    equal((answer.status, answer.body['accepted'], answer.body['missing']), (200, 9, ['Soc']))
    equal([tuple(error.values()) for error in answer.body['errors']], TOLD)
    equal([client.value(path) for path in ('/Soc', '/Dc/0/Voltage', '/Info/MaxDischargeCurrent',
                                           '/Info/MaxChargeCurrent')], [63.5, 52.8, 140, 100])


def test_all_errors_in_one_answer(world):
    """Nothing that can be used, and every reason."""
    daemon, client = world.live()
    before = client.items_body().print_(True)
    answer = daemon.http.post({
        'Soc': 'much', 'Voltage': 0, 'Dc': {'Current': 1e9, 'Curent': 1}, 'LowSoc': 3,
        'Alarms': {'LowSoc': 0}, 'ChargeMode': 5, 'MaxChargeVoltage': [55], 'Nope': None})
    equal(answer.status, 422)
    equal([(error['field'], error['path'], error['code']) for error in answer.body['errors']],
          [('Soc', '/Soc', 'type'), ('Voltage', '/Dc/0/Voltage', 'range'),
           ('Dc/Current', '/Dc/0/Current', 'range'), ('Dc/Curent', None, 'unknown'),
           ('LowSoc', '/Alarms/LowSoc', 'enum'), ('Alarms/LowSoc', '/Alarms/LowSoc', 'duplicate'),
           ('ChargeMode', '/Info/ChargeMode', 'type'),
           ('MaxChargeVoltage', '/Info/MaxChargeVoltage', 'type'), ('Nope', None, 'unknown')])
    equal(answer.body['detail'], '9 of 9 fields are wrong; nothing was changed.')
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')
    equal(client.items_body().print_(True), before)


def test_safer(world):
    """A lower limit and a higher alarm get through, whatever becomes of the record."""
    for config in ('', 'wrong-fields=refuse\n'):
        daemon, client = world.live(CONFIG + config)
        for record, safer in (
                ({'Soc': 'x', 'MaxChargeCurrent': 90}, ['MaxChargeCurrent']),
                ({'Soc': 'x', 'MaxDischargeCurrent': 160, 'LowSoc': 2}, ['LowSoc']),
                ({'Soc': 'x', 'LowSoc': 1, 'MaxChargeVoltage': 55}, ['MaxChargeVoltage'])):
            answer = daemon.http.post(record)
            if config:
                refused(answer, 422, [('Soc', '/Soc', 'type',
                                       'Soc is the text "x", a number is needed')],
                        f'1 of {len(record)} fields is wrong; only what is safer was taken: '
                        f'{", ".join(safer)}.', safer)
            else:
                equal((answer.status, codes(answer)), (200, [('Soc', 'type')]), record)
                assert 'safer' not in answer.body, answer.body
        equal([client.value(path) for path in (
            '/Soc', '/Info/MaxChargeCurrent', '/Info/MaxDischargeCurrent', '/Info/MaxChargeVoltage',
            '/Alarms/LowSoc')], [63.5, 90, 150 if config else 160, 55, 2 if config else 1])
        daemon.stop()


def test_limits_rise_together(world):
    """Beside a limit that is not usable no other one rises; of one sent twice the lower counts."""
    daemon, client = world.live()
    limits = ('MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent')
    answer = daemon.http.post({'MaxChargeVoltage': 'x', 'MaxChargeCurrent': 110, 'MaxDischargeCurrent': 140})
    equal((answer.status, codes(answer), answer.body['accepted']),
          (200, [('MaxChargeVoltage', 'type')], 1))
    equal(answer.body['warnings'],
          ['MaxChargeCurrent does not rise to 110 A beside MaxChargeVoltage, which is not usable'])
    equal([client.value('/Info/' + name) for name in limits], [55.2, 100, 140])
    answer = daemon.http.post({'Soc': 63, 'MaxChargeCurrent': 80, 'Info': {'MaxChargeCurrent': 70}})
    equal((answer.status, codes(answer), answer.body['safer']),
          (200, [('Info/MaxChargeCurrent', 'duplicate')], ['MaxChargeCurrent']))
    equal(client.value('/Info/MaxChargeCurrent'), 70)


def test_near_misses(world):
    daemon = world.start(CONFIG)
    for sent, meant in (('soc', 'Soc'), ('SOC', 'Soc'), ('Voltge', 'Voltage'),
                        ('MaxChargeCurent', 'MaxChargeCurrent'),
                        ('maxChargeCurrent', 'MaxChargeCurrent'), ('Cell_1', 'Cell1'),
                        ('/Dc/0/Voltge', '/Dc/0/Voltage'), ('Dc/0/Curent', 'Dc/0/Current'),
                        ('/Info/MaxChargeVoltag', '/Info/MaxChargeVoltage'),
                        ('Alarms/LowSOC', 'Alarms/LowSoc')):
        refused(daemon.http.post({sent: 1}), 422,
                [(sent, None, 'unknown', f'no such field; did you mean {meant}?')])
    refused(daemon.http.post({'Info': {'MaxChargeVoltag': 1}}), 422, [
        ('Info/MaxChargeVoltag', None, 'unknown',
         'no such field; did you mean Info/MaxChargeVoltage?')])
    for sent in ('Temperatur der Batterie', 'x', '/Nope/Nope/Nope'):
        refused(daemon.http.post({sent: 1}), 422, [(sent, None, 'unknown', 'no such field')])


def test_ignored(world):
    """Keys of dbus-mqtt-battery that mean nothing here; the field table wins over that list."""
    daemon, client = world.live()
    ignored = {'FirmwareVersion': 1, 'HardwareVersion': 'x', 'CustomName': 'x', 'DeviceInstance': 3,
               'DeviceName': 'x', 'Family': 'x', 'Manufacturer': 'x', 'ProductId': 1,
               'ProductName': 'x', 'Serial': 'x', 'JsonData': '{}'}
    tree = {'Mgmt': {'Connection': 'x', 'ProcessName': 'x', 'ProcessVersion': 'x'},
            'Info': {'ChargeModeDebug': 'x', 'ChargeModeDebugFloat': 'x',
                     'ChargeModeDebugBulk': 'x'},
            'History': {'CanBeCleared': 1, 'Clear': 0}}
    answer = daemon.http.post({**ignored, **tree, 'ErrorCode': 39})
    equal((answer.status, answer.body['accepted'], answer.body['changed']), (200, 1, 1))
    equal(sorted(answer.body['ignored']), sorted([*ignored, *(
        f'{group}/{key}' for group, keys in tree.items() for key in keys)]))
    client.sync(daemon.pid)
    equal([list(items) for items in client.take_items()], [['/ErrorCode']])


def test_replayed(world):
    daemon = world.start(CONFIG)
    daemon.join()
    equal(daemon.http.post({**RECORD, 'Sequence': 10}).status, 200)
    for sequence in (10, 9, 9, -5):
        answer = daemon.http.post({'Soc': 50, 'Sequence': sequence})
        equal(answer.status, 409, sequence)
        equal([(error['field'], error['path'], error['code']) for error in answer.body['errors']],
              [('Sequence', None, 'replayed')], sequence)
    for sequence in (20, 21, 1000, 0, 1, 2, 0):
        equal(daemon.http.post({'Soc': 50, 'Sequence': sequence}).status, 200, sequence)
    equal(daemon.http.post({'Soc': 50}).status, 200, 'without one')

    now = time.time()
    equal(daemon.http.post({'Soc': 50, 'Timestamp': now}).status, 200)
    for timestamp in (now, now - 1):
        answer = daemon.http.post({'Soc': 50, 'Timestamp': timestamp})
        equal((answer.status, answer.body['errors'][0]['field']), (409, 'Timestamp'))
    equal(daemon.http.post({'Soc': 50, 'Timestamp': now + 0.25}).status, 200)
    daemon.http.delete()
    equal(daemon.http.post({**RECORD, 'Timestamp': 5}).status, 202, 'forgotten with the battery')


def test_implausible(world):
    """What is hard to believe counts as not known; the rest of its record is taken."""
    daemon, client = world.live(record={**RECORD, 'BatteryLowVoltage': 44})
    for record, fields, words in (
            ({'MaxChargeVoltage': 26}, ['MaxChargeVoltage'], ('26 V', '55.2 V')),
            ({'MaxChargeVoltage': 105.5}, ['MaxChargeVoltage'], ('105.5 V', '55.2 V')),
            ({'Voltage': 26.3, 'Current': -12.3}, ['Voltage'], ('26.3 V', '52.7 V')),
            ({'MaxChargeVoltage': 43.9}, ['MaxChargeVoltage'], ('43.9 V', '44 V')),
            ({'BatteryLowVoltage': 56}, ['BatteryLowVoltage'], ('52.7 V', '56 V')),
            ({'Dc': {'Voltage': 12}, 'Info': {'MaxChargeVoltage': 20}},
             ['Dc/Voltage', 'Info/MaxChargeVoltage'], ('12 V', '52.7 V')),
            ({'Soc': 0}, ['Soc'], ('Soc is 0 %',)),
            ({**RECORD, 'Soc': 0}, ['Soc'], ('Soc is 0 %',)),
            ({'Soc': 0, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150}, ['Soc'],
             ('Soc is 0 %',))):
        answer = daemon.http.post(record)
        equal((answer.status, answer.body['state'], codes(answer)),
              (200, 'live', [(field, 'implausible') for field in fields]), record)
        for word in words:
            assert word in answer.body['errors'][0]['detail'], answer.body
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')

    # No charging is believed at once, no discharging is not.
    limits = {'MaxChargeCurrent': 0, 'MaxDischargeCurrent': 0}
    answer = daemon.http.post({'Soc': 0, **limits})
    equal((answer.status, codes(answer)),
          (200, [('Soc', 'implausible'), ('MaxDischargeCurrent', 'implausible')]))
    equal([client.value('/Info/' + name) for name in limits], [0, 150])
    for record in (limits, {'Soc': 4.9}, {'Soc': 0.1}):
        answer = daemon.http.post(record)
        equal((answer.status, answer.body['errors']), (200, []), record)
    equal([client.value('/Info/' + name) for name in limits], [0, 0])

    # Where nothing was taken before, the two voltages have to fit each other.
    for charge, detail in ((60, 'above twice the Voltage of 12 V'), (5.9, 'below half of the Voltage of 12 V')):
        daemon.http.delete()
        answer = daemon.http.post({**RECORD, 'Voltage': 12, 'MaxChargeVoltage': charge})
        equal((answer.status, answer.body['missing'], codes(answer)),
              (202, ['MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent'],
               [('MaxChargeVoltage', 'implausible')]))
        assert answer.body['errors'][0]['detail'].endswith(detail), answer.body


def test_zero_that_is_meant(world):
    """An empty battery is believed when it has been at 0 for warn-after."""
    daemon = world.start('[battery]\nwarn-after=2\nstale-after=100\noptional-after=1000\n')
    client = world.client()
    empty = {**RECORD, 'Soc': 0, 'Voltage': 46, 'MaxDischargeCurrent': 0}
    began = time.monotonic()
    first = daemon.http.post(empty)
    equal((first.status, *(first.body[name] for name in ('state', 'missing', 'reason'))),
          (202, 'waiting', ['Soc'], 'Not usable: Soc is 0 %'))
    equal([error['detail'] for error in first.body['errors']],
          ['Soc is 0 %, not believed until repeated for 2 s: the battery is not live'])
    eventually(lambda: daemon.http.post(empty).body['state'] == 'live', 'the zero is believed')
    assert time.monotonic() - began >= 2
    eventually(client.owner, 'the name')
    equal(client.value('/Soc'), 0)


def test_seed_with_zeros(world):
    """The predecessor's flow fills what it does not know yet with 0: that never reaches the bus."""
    daemon = world.start(CONFIG)
    client = world.client()
    unknown = ('Soc', 'Voltage', 'MaxChargeVoltage')
    others = ('Current', 'MaxChargeCurrent', 'MaxDischargeCurrent', 'MinCellVoltage')
    records = [{**SEED, **dict.fromkeys(zeros, 0), **more}
               for n in (1, 2, 3) for zeros in itertools.combinations(unknown, n)
               for more in ({}, dict.fromkeys(others, 0))]
    records.append(dict.fromkeys(SEED, 0))

    # What one of them knows is true, and would be merged with the next one.
    for record in records:
        daemon.http.delete()
        answer = daemon.http.post(record)
        equal((answer.status, answer.body['state'], answer.body['on_bus']), (202, 'gone', False), record)
        equal({field for field, _ in codes(answer)} & set(unknown),
              {name for name in unknown if record[name] == 0}, record)
        assert all(code in ('range', 'implausible') for _, code in codes(answer)), answer.body
    client.sync(daemon.pid)
    equal(client.name_changes(), [], 'names that came and went while waiting')

    daemon.http.delete()
    daemon.join(SEED)
    paths = ('/Soc', '/Dc/0/Voltage', '/Info/MaxChargeVoltage', '/Info/MaxDischargeCurrent')
    for record in records:
        answer = daemon.http.post(record)
        equal((answer.status, answer.body['state']), (200, 'live'), record)
        equal([client.value(path) for path in paths], [63.5, 52.7, 55.2, 150], record)


def test_wrong_fields(world):
    """What becomes of each kind of field."""
    daemon, client = world.live(CONFIG, {**RECORD, 'Soh': 99, 'LowSoc': 1, 'BatteryLowVoltage': 44})
    answer = daemon.http.post({**RECORD, 'Soc': 50, 'Soh': 101, 'Nope': 1, 'LowSoc': 'x',
                               'BatteryLowVoltage': -1})
    equal((answer.status, answer.body['missing'], codes(answer)),
          (200, [], [('Soh', 'range'), ('Nope', 'unknown'), ('LowSoc', 'type'),
                     ('BatteryLowVoltage', 'range')]))
    paths = ('/Soc', '/Soh', '/Alarms/LowSoc', '/Info/BatteryLowVoltage')
    equal([client.value(path) for path in paths], [50, None, 1, 44])
    daemon.http.post({'Soh': 98})
    equal((daemon.http.post({'Soh': 97, '/Soh': 96}).status, client.value('/Soh')), (422, 98))
    equal(daemon.http.post({'Soc': 51, 'Soh': 97, '/Soh': 96}).status, 200)
    equal(client.value('/Soh'), None, 'named twice: nobody knows which')
    answer = daemon.http.post({'Soc': 52, 'Soh': 101, 'Voltage': 2000})
    equal((answer.status, answer.body['missing'], len(answer.body['errors'])), (200, ['Voltage'], 2))
    equal([client.value(path) for path in ('/Soc', '/Dc/0/Voltage')], [52, 52.7])


def test_wrong_fields_refused(world):
    """wrong-fields=refuse: any wrong field refuses the record; a doubted one does not."""
    daemon, client = world.live(CONFIG + 'wrong-fields=refuse\n')
    before = client.items_body().print_(True)
    answer = daemon.http.post({**TWO_WRONG, 'MaxDischargeCurrent': 150, 'MaxChargeVoltage': 55.2})
    refused(answer, 422, TOLD, '2 of 11 fields are wrong; nothing was changed.')
    equal(client.items_body().print_(True), before)
    answer = daemon.http.post({'Soc': 0, 'Voltage': 52.8})
    equal((answer.status, codes(answer), client.value('/Dc/0/Voltage')),
          (200, [('Soc', 'implausible')], 52.8))


def test_monitor(world):
    """A battery with role=monitor has no limits at all, and ignores them."""
    daemon = world.start(CONFIG + 'role=monitor\n')
    client = world.client()
    daemon.join({'Soc': 50, 'Voltage': 26.4, 'Power': 100})
    limits = {'MaxChargeVoltage': 28, 'MaxChargeCurrent': 5, 'MaxDischargeCurrent': 'x',
              'BatteryLowVoltage': 22, 'ChargeRequest': 1}
    answer = daemon.http.post({'Soc': 51, **limits})
    equal((answer.status, answer.body['accepted'], answer.body['errors'], sorted(answer.body['ignored'])),
          (200, 1, [], sorted(limits)))
    equal(client.value('/Soc'), 51)
    items = client.items()
    assert not [path for path in items if path[len('/Info/'):] in limits], list(items)


def test_seat_belt(world):
    daemon, client = world.live(
        CONFIG + 'max-charge-voltage=54\nmax-charge-current=50\nmax-discharge-current=60\n'
                 'min-battery-low-voltage=46\n', {**RECORD, 'BatteryLowVoltage': 44})
    answer = daemon.http.post({**RECORD, 'BatteryLowVoltage': 44})
    equal((answer.status, len(answer.body['warnings'])), (200, 4))
    for name, warning in zip(('MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent',
                              'BatteryLowVoltage'), answer.body['warnings']):
        assert name in warning and 'seat belt' in warning, warning
    equal([client.value('/Info/' + name) for name in (
        'MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent', 'BatteryLowVoltage')],
          [54, 50, 60, 46])
    state = daemon.state()
    equal([(state['values'][name]['value'], state['values'][name].get('asked')) for name in (
        'MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent', 'BatteryLowVoltage')],
          [(54, 55.2), (50, 100), (60, 150), (46, 44)])
    equal(state['warnings'], answer.body['warnings'])
    equal(daemon.http.post({'MaxChargeCurrent': 40}).body['warnings'], [])
    assert 'asked' not in daemon.state()['values']['MaxChargeCurrent']
    equal(client.value('/Info/MaxChargeCurrent'), 40)


def test_optional_expires(world):
    """An optional live field that is not sent any more becomes invalid by itself."""
    daemon = world.start('[battery]\nwarn-after=1\nstale-after=2\noptional-after=2\n')
    client = world.client()
    daemon.join({**RECORD, 'Soh': 99, 'LowSoc': 1, 'InstalledCapacity': 280})
    items = []

    def expired():
        daemon.http.post(RECORD)
        items.extend(client.take_items())
        return any('/Soh' in changed for changed in items)

    eventually(expired, 'Soh expires')
    equal([changed['/Soh'].type for changed in items if '/Soh' in changed], ['ai'])
    equal([client.value(path) for path in ('/Alarms/LowSoc', '/InstalledCapacity')], [1, 280])
