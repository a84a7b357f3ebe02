"""Flow 3: what two BMSes say, merged."""
from flow_files import run_functions
from flow_inputs import pack
from harness import equal


def merged(*steps):
    """The last step of flow 3 after @steps: (node, payload, seconds)."""
    case = [(name, {'payload': payload}, at) for name, payload, at in steps]
    return run_functions(3, [case])[0][-1]


def test_two_bms_merge(_world):
    """BMS A has 280 Ah, BMS B 140 Ah: A bears two thirds of the current."""
    a = pack(MinCellTemperature=18, MaxCellTemperature=22, HighCellVoltage=0, LowSoc=1)
    b = pack(Soc=30, Voltage=52.8, Current=-6, MinCellVoltage=3.1, MaxCellVoltage=3.4,
             MaxChargeVoltage=54.8, MaxChargeCurrent=60, MaxDischargeCurrent=40,
             MinCellTemperature=12, MaxCellTemperature=19, HighCellVoltage=1)
    done = merged(('BMS A', a, 0), ('BMS B', b, 1), ('merge', None, 2))
    record = done['returned']['payload']
    equal(done['returned']['requestTimeout'], 2000)
    equal(done['status'], {'fill': 'green', 'shape': 'dot', 'text': 'BMS A, BMS B'})
    rounded = {name: round(value, 6) if isinstance(value, float) else value
               for name, value in record.items()}
    equal(rounded, {
        'Soc': 50, 'Voltage': 52.7, 'Current': -16, 'InstalledCapacity': 420,
        'MinCellVoltage': 3.1, 'MinVoltageCellId': 'BMS B',
        'MaxCellVoltage': 3.4, 'MaxVoltageCellId': 'BMS B',
        'MinCellTemperature': 12, 'MaxCellTemperature': 22,
        'MaxChargeVoltage': 54.8, 'MaxChargeCurrent': 150, 'MaxDischargeCurrent': 120,
        'HighCellVoltage': 1, 'LowSoc': 1, 'BmsCable': 0,
        'ConnectionInformation': '2 BMSes merged'})
    # One has no temperatures: none are sent; one is full: nobody charges.
    record = merged(('BMS A', a, 0), ('BMS B', pack(MaxChargeCurrent=0), 0),
                    ('merge', None, 0))['returned']['payload']
    assert 'MinCellTemperature' not in record and 'MaxCellTemperature' not in record, record
    equal(record['MaxChargeCurrent'], 0)
    assert 'CellImbalance' not in record, record


def test_two_bms_time_outs(_world):
    """Each has its own: A may be silent for 10 s, B for 20 s."""
    both = [('BMS A', pack(Current=-10), 0), ('BMS B', pack(Current=-5), 0)]
    record = merged(*both, ('merge', None, 9.9))['returned']['payload']
    equal((record['Current'], record['MaxChargeCurrent'], record['BmsCable']), (-15, 150, 0))
    done = merged(*both, ('merge', None, 10))
    record = done['returned']['payload']
    equal((record['Current'], record['MaxChargeCurrent'], record['MaxDischargeCurrent'],
           record['BmsCable']), (-5, 0, 150, 1))
    equal(record['ConnectionInformation'], '1 of 2 BMSes silent: no charging')
    equal(done['status'], {'fill': 'yellow', 'shape': 'dot', 'text': 'BMS A silent: no charging'})
    done = merged(*both, ('merge', None, 20))
    equal((done['returned'], done['status']['text']), (None, 'all silent: nothing is sent'))
    # It comes back; a clock that was set back makes nothing fresh.
    back = merged(*both, ('merge', None, 30), ('BMS A', pack(), 31), ('BMS B', pack(), 31),
                  ('merge', None, 32))
    equal(back['returned']['payload']['MaxChargeCurrent'], 150)
    equal(merged(*both, ('merge', None, -3600))['returned'], None)


def test_two_bms_wait_for_both(_world):
    for steps, text in (([], 'waiting for BMS A, BMS B'),
                        ([('BMS A', pack(), 0)], 'waiting for BMS B')):
        done = merged(*steps, ('merge', None, 0))
        equal((done['returned'], done['status']['text']), (None, text))
    # An incomplete record is not used.
    for unknown in (None, 'x', pack(Soc=None), pack(MaxChargeCurrent=None)):
        done = merged(('BMS A', unknown, 0))
        assert done['status']['text'].startswith('not known: '), done
        done = merged(('BMS A', unknown, 0), ('BMS B', pack(), 0), ('merge', None, 0))
        equal(done['status']['text'], 'waiting for BMS A')
